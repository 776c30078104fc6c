import { COLOURS } from '../colours.js';
import type { Diagram, DiagramNode } from '../diagram.js';
import { groupLabel, linesOf } from '../labels.js';
import { type Box, FONT_SIZE, HEADROOM, LINE, layoutOf, type Point } from './layout.js';
import { round, smoothPath } from './path.js';

export interface SvgOptions {
  /** More about a box, shown when the pointer rests on it: its counts, say. */
  readonly tooltip?: (node: DiagramNode) => string;
}

/** The diagram as a self-contained SVG document: no script, no font, no link. */
export function toSvg(diagram: Diagram, { tooltip }: SvgOptions = {}): string {
  const { width, height, nodes, groups, edges } = layoutOf(diagram);
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const title = `Architecture of ${diagram.name}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escapeXml(title)}" font-family="Helvetica, Arial, sans-serif" font-size="${FONT_SIZE}">`,
    `<title>${escapeXml(title)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>',
    `<rect width="${w}" height="${h}" fill="#fff"/>`,
    ...diagram.groups.map((group) => drawGroup(groups.get(group.id))),
    ...diagram.edges.map(({ shortcut }, i) => drawEdge(edges[i] ?? [], shortcut)),
    ...diagram.groups.map((group) => drawGroupLabel(groupLabel(group), groups.get(group.id))),
    ...diagram.nodes.map((node) => drawNode(node, nodes.get(node.id), tooltip?.(node))),
    '</svg>',
    '',
  ].join('\n');
}

function drawGroup(box: Box | undefined): string {
  if (box === undefined) return '';
  const { x, y, width, height } = box;
  return `<rect x="${round(x - width / 2)}" y="${round(y - height / 2 - HEADROOM)}" width="${round(width)}" height="${round(height + HEADROOM)}" rx="10" fill="#fafafa" stroke="#aaa" stroke-dasharray="4 3"/>`;
}

/** After the edges and with a halo, so that it is read where an edge passes behind it. */
function drawGroupLabel(label: string, box: Box | undefined): string {
  if (box === undefined || label === '') return '';
  const { x, y, width, height } = box;
  return `<text x="${round(x - width / 2 + 8)}" y="${round(y - height / 2 - HEADROOM + 14)}" fill="#444" font-size="11" font-weight="bold" stroke="#fafafa" stroke-width="4" paint-order="stroke">${escapeXml(label)}</text>`;
}

function drawEdge(points: readonly Point[], shortcut: boolean): string {
  const style = shortcut ? ' stroke="#c04f5b" stroke-width="1.6" stroke-dasharray="6 3"' : ' stroke="#555"';
  return `<path d="${smoothPath(points)}" fill="none"${style} marker-end="url(#arrow)"/>`;
}

function drawNode(node: DiagramNode, box: Box | undefined, more: string | undefined): string {
  if (box === undefined) return '';
  const { fill, stroke } = COLOURS[node.kind];
  const { x, y, width, height } = box;
  const lines = linesOf(node);
  const top = y - ((lines.length - 1) * LINE) / 2 + FONT_SIZE / 3;
  const paths = node.members.map(({ path }) => path);
  const shown = paths.length > 6 ? [...paths.slice(0, 5), `and ${paths.length - 5} more`] : paths;
  const text = lines.map((line, i) => {
    const style = i === 0 ? ' font-weight="bold"' : ' fill="#444"';
    return `<text x="${round(x)}" y="${round(top + i * LINE)}" text-anchor="middle"${style}>${escapeXml(line)}</text>`;
  });
  return [
    `<g><title>${escapeXml([shown.join(', '), ...(more === undefined ? [] : [more])].join('\n'))}</title>`,
    `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="6" fill="${fill}" stroke="${stroke}"/>`,
    ...text,
    '</g>',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
