/** The style of a report: no font, picture or script from elsewhere, light and dark as the reader has it, printable. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1f23; --soft: #5b636d; --line: #d9dde2; --paper: #fff; --bar: #8fb8e8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --soft: #a3abb5; --line: #3a4048; --paper: #16181b; --bar: #35608f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; }
h1 { margin: 0; font-size: 1.75rem; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.2rem; }
p { color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0; }
dl > div { padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { position: sticky; top: 0; background: var(--paper); font-weight: 600; }
th.text, td.text { text-align: left; }
td.bar { background: linear-gradient(to left, var(--bar) var(--share), transparent var(--share)); }
figure { margin: 0; padding: 1rem; overflow: auto; max-height: 48rem; border: 1px solid var(--line); border-radius: 0.5rem;
  background: #fff; text-align: center; }
@media print { figure { max-height: none; } }
`;
