import { COLOURS } from './colours.js';
import type { Diagram, DiagramNode } from './diagram.js';
import { groupLabel, linesOf } from './labels.js';

/** A Mermaid flowchart, e.g. for a README on GitHub. */
export function toMermaid({ nodes, groups, edges }: Diagram): string {
  const box = (node: DiagramNode): string =>
    `${node.id}["${linesOf(node).map(escapeLabel).join('<br>')}"]:::${node.kind}`;
  const lines = ['flowchart TD'];
  const drawn = new Set<string>();
  for (const node of nodes) {
    if (node.group === undefined) lines.push(`  ${box(node)}`);
    else if (!drawn.has(node.group)) {
      drawn.add(node.group);
      const group = groups.find(({ id }) => id === node.group);
      lines.push(`  subgraph ${node.group}["${escapeLabel(group === undefined ? '' : groupLabel(group))}"]`);
      for (const member of nodes) if (member.group === node.group) lines.push(`    ${box(member)}`);
      lines.push('  end');
    }
  }
  for (const { from, to, shortcut } of edges) lines.push(`  ${from} ${shortcut ? '-.->' : '-->'} ${to}`);
  for (const kind of new Set(nodes.map((node) => node.kind))) {
    lines.push(`  classDef ${kind} fill:${COLOURS[kind].fill},stroke:${COLOURS[kind].stroke},color:#111`);
  }
  return `${lines.join('\n')}\n`;
}

/** Mermaid ends a label at a quote and reads `#` as the start of an entity. */
const escapeLabel = (text: string): string =>
  text.replace(/[#"<>]/g, (character) => `#${character.codePointAt(0) ?? 35};`) || ' ';
