import type { Diagram, DiagramNode } from './diagram.js';
import { groupLabel } from './labels.js';

/** An outline for the terminal: a line a box, blocks indented, and for every result that comes from further up, where from. */
export function toText({ name, nodes, groups, edges }: Diagram): string {
  const rows: { readonly text: string; readonly shape: string }[] = [];
  const numbers = new Map(nodes.map(({ id }, i) => [id, i + 1]));
  const digits = String(nodes.length).length;
  let open: string | undefined;
  nodes.forEach((node, i) => {
    if (node.group !== open && node.group !== undefined) {
      const group = groups.find(({ id }) => id === node.group);
      rows.push({ text: `${' '.repeat(digits)}  ${group === undefined ? '' : groupLabel(group)}`, shape: '' });
    }
    open = node.group;
    const indent = node.group === undefined ? '' : '  ';
    const number = String(i + 1).padStart(digits);
    rows.push({ text: `${number}  ${indent}${describe(node)}${sources(node, nodes[i - 1])}`, shape: node.shape });
  });
  const width = Math.max(...rows.map(({ text }) => text.length));
  return [name, ...rows.map(({ text, shape }) => `${text.padEnd(width)}  ${shape}`.trimEnd()), ''].join('\n');

  /** `from 3, 7` where the box does not simply read the one above it. */
  function sources({ id }: DiagramNode, above: DiagramNode | undefined): string {
    const from = edges.filter(({ to }) => to === id).map((edge) => edge.from);
    if (from.length === 0 || (from.length === 1 && from[0] === above?.id)) return '';
    return `  from ${from.map((each) => numbers.get(each)).join(', ')}`;
  }
}

function describe({ title, followers, repeat }: DiagramNode): string {
  const parts = followers === '' ? title : `${title}: ${followers}`;
  return repeat === 1 ? parts : `${parts} ×${repeat}`;
}
