import { COLOURS } from './colours.js';
import type { Diagram, DiagramNode } from './diagram.js';
import { groupLabel, linesOf } from './labels.js';

/** The DOT language of Graphviz: `dot -Tpdf`. */
export function toDot({ name, nodes, groups, edges }: Diagram): string {
  const box = (node: DiagramNode): string => {
    const { fill, stroke } = COLOURS[node.kind];
    return `${node.id} [label=${quote(linesOf(node).join('\n'))}, fillcolor="${fill}", color="${stroke}"];`;
  };
  const lines = [
    `digraph ${quote(name)} {`,
    '  rankdir=TB;',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
    '  edge [color="#555555"];',
    ...nodes.filter(({ group }) => group === undefined).map((node) => `  ${box(node)}`),
  ];
  for (const group of groups) {
    lines.push(`  subgraph ${quote(`cluster_${group.id}`)} {`);
    lines.push(`    label=${quote(groupLabel(group))}; style="rounded,dashed"; color="#888888"; fontname="Helvetica";`);
    for (const node of nodes) if (node.group === group.id) lines.push(`    ${box(node)}`);
    lines.push('  }');
  }
  for (const { from, to, shortcut } of edges) lines.push(`  ${from} -> ${to}${shortcut ? ' [style=dashed]' : ''};`);
  return `${[...lines, '}'].join('\n')}\n`;
}

const quote = (text: string): string =>
  `"${text.replace(/["\\]/g, (character) => `\\${character}`).replace(/\n/g, '\\n')}"`;
