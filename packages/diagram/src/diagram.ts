import { type AnyNode, formatShape, type Graph } from '@convzoo/layers';
import { runsOf, type Segment, segmentsOf } from './segments.js';
import { type Unit, type UnitKind, unitsOf } from './unit.js';

export interface DiagramNode {
  readonly id: string;
  readonly kind: UnitKind;
  /** What is computed, e.g. `3x3 conv, 64, /2`. */
  readonly title: string;
  /** Norm and activation in the same box, e.g. `BN, ReLU`; empty where there are none. */
  readonly followers: string;
  /** Shape of the result, e.g. `56x56x64`; the first and the last where it grows over the copies of a collapsed block. */
  readonly shape: string;
  /** Times that a layer without a group of its own is repeated. */
  readonly repeat: number;
  /** The group it lies in. */
  readonly group?: string;
  /**
   * Where it stands for one of several copies, or for all of them (`repeat`): the path of the first node of the first copy,
   * for `DiagramOptions.expanded`. Layers of a group leave it to the group.
   */
  readonly run?: string;
  /** Every node of the network that this box stands for, those of the collapsed copies too. */
  readonly members: readonly AnyNode[];
}

/** A block: layers between two places that everything goes through. */
export interface DiagramGroup {
  readonly id: string;
  /** What its nodes' paths have in common, e.g. `layer1.1 .. layer1.2`. */
  readonly title: string;
  readonly repeat: number;
  /** As of a node: set where it is a copy, or stands for several. */
  readonly run?: string;
}

export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  /** There is a longer way from the one to the other: the identity of a residual block, a concatenation's old channels. */
  readonly shortcut: boolean;
}

export interface Diagram {
  readonly name: string;
  readonly nodes: readonly DiagramNode[];
  readonly groups: readonly DiagramGroup[];
  readonly edges: readonly DiagramEdge[];
}

export interface DiagramOptions {
  /**
   * `blocks` (default) draws a layer with its norm and activation as one box and repeated blocks once; `units` draws every
   * block; `nodes` every node of the graph.
   */
  readonly detail?: 'blocks' | 'units' | 'nodes';
  /** Repeated blocks whose copies are all drawn, by their `run`; those that are none are left aside. */
  readonly expanded?: readonly string[];
}

interface Draft {
  readonly nodes: DiagramNode[];
  readonly groups: DiagramGroup[];
  /** The box of each unit. */
  readonly boxOf: string[];
}

/** The picture of a network as data, found from its connections alone, so that a user's or an imported network has one too. */
export function diagramOf(graph: Graph, { detail = 'blocks', expanded = [] }: DiagramOptions = {}): Diagram {
  const units = unitsOf(graph, { fuse: detail !== 'nodes' });
  const segments = segmentsOf(units);
  const draft: Draft = { nodes: [], groups: [], boxOf: [] };
  const runs =
    detail === 'blocks'
      ? runsOf(segments, (some) => commonScope(nodesIn(units, unitsIn(some))).length)
      : segments.map((_, first) => ({ first, period: 1, count: 1 }) as const);
  for (const { first, period, count } of runs) {
    const copies = Array.from({ length: count }, (_, copy) => {
      const from = first + copy * period;
      return unitsIn(segments.slice(from, from + period));
    });
    const run = count > 1 ? units[copies[0]?.[0] ?? -1]?.nodes[0]?.path : undefined;
    // An expanded run is drawn as so many runs of one copy.
    const drawn = run !== undefined && expanded.includes(run) ? copies.map((copy) => [copy]) : [copies];
    for (const some of drawn) drawRun(draft, units, some, { detail, run });
  }
  return { name: graph.name, nodes: draft.nodes, groups: draft.groups, edges: edgesOf(units, draft) };
}

/** Indices of the units of some segments. */
function unitsIn(segments: readonly Segment[]): readonly number[] {
  return segments.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
}

function drawRun(
  { nodes, groups, boxOf }: Draft,
  units: readonly Unit[],
  copies: readonly (readonly number[])[],
  { detail, run }: { readonly detail: DiagramOptions['detail']; readonly run: string | undefined },
): void {
  const [shown = []] = copies;
  const isBlock = shown.length > 1 && detail !== 'nodes';
  const group = isBlock ? `g${groups.length}` : undefined;
  if (group !== undefined) {
    const paths = copies.map((copy) => commonScope(nodesIn(units, copy)).join('.'));
    groups.push({ id: group, title: span(paths), repeat: copies.length, ...(run !== undefined && { run }) });
  }
  shown.forEach((index, position) => {
    const unit = units[index];
    if (unit === undefined) return;
    const alike = copies.map((copy) => units[copy[position] ?? -1] ?? unit);
    const id = `n${nodes.length}`;
    for (const copy of copies) boxOf[copy[position] ?? -1] = id;
    nodes.push({
      id,
      kind: unit.kind,
      title: unit.title,
      followers: unit.followers,
      shape: shapesOf(unit, alike.at(-1) ?? unit),
      repeat: isBlock ? 1 : copies.length,
      ...(group !== undefined ? { group } : run !== undefined && { run }),
      members: alike.flatMap((each) => each.nodes),
    });
  });
}

const shapeOf = ({ nodes }: Unit): string => {
  const last = nodes.at(-1);
  return last === undefined ? '' : formatShape(last.shape);
};

function shapesOf(first: Unit, last: Unit): string {
  const [from, to] = [shapeOf(first), shapeOf(last)];
  return from === to ? from : `${from} .. ${to}`;
}

const nodesIn = (units: readonly Unit[], indices: readonly number[]): readonly AnyNode[] =>
  indices.flatMap((i) => units[i]?.nodes ?? []);

/** `layer1`, `0` for `layer1.0.conv1` and `layer1.0.conv2`; empty where the paths have nothing in common. */
function commonScope(nodes: readonly AnyNode[]): readonly string[] {
  const [first = [], ...rest] = nodes.map(({ path }) => path.split('.').slice(0, -1));
  const length = first.findIndex((part, i) => rest.some((parts) => parts[i] !== part));
  return first.slice(0, length === -1 ? first.length : length);
}

function span(paths: readonly string[]): string {
  const [first = '', last = first] = [paths[0], paths.at(-1)];
  return first === last ? first : `${first} .. ${last}`;
}

function edgesOf(units: readonly Unit[], { boxOf }: Draft): readonly DiagramEdge[] {
  const edges = new Map<string, DiagramEdge>();
  units.forEach(({ inputs }, i) => {
    for (const input of inputs) {
      const [from, to] = [boxOf[input], boxOf[i]];
      // A copy's edge to the next copy is not drawn: the repeat says it.
      if (from === undefined || to === undefined || Number(from.slice(1)) >= Number(to.slice(1))) continue;
      const key = `${from} ${to}`;
      const shortcut = hasLongerWay(units, input, i);
      const known = edges.get(key);
      if (known === undefined) edges.set(key, { from, to, shortcut });
    }
  });
  return [...edges.values()];
}

/** Whether `to` is reached from `from` through another unit. */
function hasLongerWay(units: readonly Unit[], from: number, to: number): boolean {
  const reached = new Set([from]);
  for (let i = from + 1; i <= to; i++) {
    const through = units[i]?.inputs.filter((input) => reached.has(input)) ?? [];
    if (i === to) return through.some((input) => input !== from);
    if (through.length > 0) reached.add(i);
  }
  return false;
}
