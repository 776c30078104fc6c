import { readFile, writeFile } from 'node:fs/promises';

const page = new URL('../../docs/benchmarks.md', import.meta.url);

/** Puts results into the page, between the marks `<!-- NAME -->` and `<!-- end -->`; what a person wrote stays. */
export async function writePage(blocks: Readonly<Record<string, string>>): Promise<void> {
  let text = await readFile(page, 'utf8');
  for (const [name, block] of Object.entries(blocks)) {
    const [open, close] = [`<!-- ${name} -->`, '<!-- end -->'];
    const start = text.indexOf(open);
    const end = text.indexOf(close, start);
    if (start < 0 || end < 0) throw new RangeError(`the page has no place for ${name}: ${open} ... ${close}`);
    text = `${text.slice(0, start + open.length)}\n${block}\n${text.slice(end)}`;
  }
  await writeFile(page, text);
}
