import { analyse, type CostRow, inferenceMemory, receptiveFields, trainingMemory } from '@convzoo/cost-analysis';
import { diagramOf } from '@convzoo/diagram';
import { toSvg } from '@convzoo/diagram/svg';
import { type Graph, graphToJson, inputOf, outputOf } from '@convzoo/layers';
import type { Step } from './composition/compose.js';
import type { BuildReport, ReportPart } from './report.js';
import { graphText } from './text/graph-text.js';

/** How much of the picture is drawn: see `@convzoo/diagram`. */
export type Detail = 'blocks' | 'units' | 'nodes';

/** Nodes above which repeated blocks are drawn once, whatever is asked: laying out more takes many seconds. */
const MAX_BOXES = 400;

/** Shapes, cost and picture of a graph. `steps` are its parts, where they are known. */
export function describeGraph(graph: Graph, detail: Detail, steps?: readonly Step[]): BuildReport {
  const { total, rows, uncounted } = analyse(graph);
  const memory = inferenceMemory(graph);
  const fields = receptiveFields(graph);
  const during = new Map(memory.during.map(({ path, bytes }) => [path, bytes]));
  const sides = fields.map((field) => (field === null ? undefined : Math.max(field.height.size, field.width.size)));
  const parts = (steps ?? modulesOf(rows)).map(({ name, nodes: [first, end] }): ReportPart => {
    const own = rows.slice(first, end);
    return {
      name,
      shape: graph.nodes[end - 1]?.shape ?? [],
      params: sum(own, ({ params }) => params),
      macs: sum(own, ({ macs }) => macs ?? 0),
      memoryBytes: Math.max(0, ...own.map(({ path }) => during.get(path) ?? 0)),
      field: sides[end - 1],
    };
  });
  const last = graph.nodes.findLast((node) => node.shape.length === 3 && fields[node.id] !== null);
  const field = last === undefined ? undefined : fields[last.id];
  const wanted = graph.nodes.length > MAX_BOXES ? 'blocks' : detail;
  return {
    name: graph.name,
    input: inputOf(graph).shape,
    output: outputOf(graph).shape,
    nodes: graph.nodes.length,
    cost: {
      params: total.params,
      macs: total.macs,
      activations: total.activations,
      weightBytes: total.weightBytes,
      peakBytes: memory.peakBytes,
      trainingBytes: trainingMemory(graph).peakBytes,
    },
    field: field ? [field.height.size, field.width.size] : undefined,
    parts,
    uncounted: [...new Set(uncounted.map(({ op }) => op))],
    simplified: wanted !== detail,
    svg: toSvg(diagramOf(graph, { detail: wanted })),
    json: graph.nodes.some(({ op }) => op === 'custom') ? undefined : graphText(graphToJson(graph)),
  };
}

const sum = (rows: readonly CostRow[], of: (row: CostRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

/** Runs of nodes of one module, by the cost report's own `block`; the input is none. */
function modulesOf(rows: readonly CostRow[]): readonly Pick<Step, 'name' | 'nodes'>[] {
  const found: { name: string; nodes: [number, number] }[] = [];
  rows.forEach(({ block, op }, i) => {
    if (op === 'input') return;
    const last = found.at(-1);
    if (last?.name === block) last.nodes[1] = i + 1;
    else found.push({ name: block, nodes: [i, i + 1] });
  });
  return found;
}
