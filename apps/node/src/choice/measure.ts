import { availableThreads } from '@convzoo/engine';
import { type Graph, graphToJson } from '@convzoo/layers';
import { type CellSpec, failed } from '../benchmark/cell.js';
import { benchmark } from '../benchmark/run.js';
import { macsOf, type Trial, type TrialRow } from './trial.js';

/** Seconds after which nothing more is begun. */
const BUDGET = 15;
/** Runs of each backend after two that are not counted. */
const RUNS = 10;
/** Networks below this may be faster on one thread than on several. */
const SMALL = 300e6;

/**
 * Runs a network on the backends that may be the fastest, one after the other, each in a process of its own: none takes memory from
 * the work to come, and one that crashes takes nothing with it. Undefined where none could be measured.
 */
export async function measureTrial(graph: Graph, batch: number): Promise<Trial | undefined> {
  // A custom op is code, and does not go to another process.
  if (graph.nodes.some(({ op }) => op === 'custom')) return undefined;
  const json = graphToJson(graph);
  const rows: TrialRow[] = [];
  const end = performance.now() + 1000 * BUDGET;
  for (const spec of specsFor(graph, batch)) {
    if (performance.now() > end) break;
    const [row] = await benchmark([spec], { runs: RUNS, graph: json });
    if (row === undefined || failed(row)) continue;
    const { backend, threads, start, min } = row;
    rows.push({ backend, ...(threads !== undefined && { threads }), start, run: min });
  }
  return rows.length === 0 ? undefined : { model: graph.name, batch, date: Date.now(), rows };
}

/** In the order in which they are likely to win, should the time not be enough for all. */
function specsFor(graph: Graph, batch: number): readonly CellSpec[] {
  const all = availableThreads().threads;
  const one = all > 1 && macsOf(graph) < SMALL;
  const spec = (backend: string, threads?: number): CellSpec => ({ model: graph.name, backend, threads, batch });
  return [
    spec('engine', all),
    spec('ort', all),
    spec('tensorflow'),
    ...(one ? [spec('engine', 1), spec('ort', 1)] : []),
    spec('wasm'),
  ];
}
