import {
  Builder,
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import type { Backend, NodeTime, Session } from './backend.js';
import { RuntimeError } from './errors.js';

export interface MeasureOptions {
  /** Runs that are measured, after one that is not; 3 by default. The least time of each node counts. */
  readonly runs?: number;
}

/**
 * Seconds of each node of a prepared network: the least of several runs, since whatever else a machine does only adds.
 *
 * @throws RuntimeError `no-profile` where the backend cannot time nodes
 */
export async function measureLayers(
  session: Session,
  input: Float32Tensor,
  { runs = 3 }: MeasureOptions = {},
): Promise<readonly NodeTime[]> {
  const profile = await profiled(session, input);
  let best: readonly NodeTime[] = profile;
  for (let run = 0; run < runs; run++) {
    const times = await profiled(session, input);
    // The first run compiles and packs; it does not count.
    best =
      run === 0
        ? times
        : best.map((node, i) => ((times[i]?.seconds ?? node.seconds) < node.seconds ? (times[i] ?? node) : node));
  }
  return best;
}

async function profiled(session: Session, input: Float32Tensor): Promise<readonly NodeTime[]> {
  if (session.profile !== undefined) return session.profile(input);
  throw new RuntimeError(
    'no-profile',
    `Backend ${session.backend} cannot time single layers, or was not asked to when it was prepared (profile: true).`,
  );
}

/** What a backend reaches on this machine. */
export interface MeasuredPeaks {
  readonly backend: string;
  /** 2 for each multiply-accumulate of a large convolution or matrix product, whichever is faster. */
  readonly flopsPerSecond: number;
  /** Two large maps read and one written, a sum. */
  readonly bytesPerSecond: number;
  /** What was run for each. */
  readonly flopsBy: string;
  readonly bytesBy: string;
}

/**
 * The peaks of a backend as seen through the seam: its best arithmetic on convolutions and matrix products that are bound
 * by it, and its bandwidth on a sum of maps that no cache holds. Takes a second or two.
 *
 * @throws RuntimeError `no-profile`
 */
export async function measurePeaks(backend: Backend, options: MeasureOptions = {}): Promise<MeasuredPeaks> {
  let flops = { perSecond: 0, by: '' };
  for (const graph of [convolutions(), products()]) {
    for (const { path, seconds } of await timesOf(backend, graph, options)) {
      const work = flopsOf(graph, path);
      if (work / seconds > flops.perSecond) flops = { perSecond: work / seconds, by: `${graph.name}, ${path}` };
    }
  }
  const graph = sums();
  const times = await timesOf(backend, graph, options);
  const sum = times.find(({ path }) => path === 'sum');
  if (sum === undefined) throw new RangeError(`backend ${backend.name} ran no sum`);
  const bytes = 3 * 4 * sizeOf(graph.nodes[graph.output]?.shape ?? []);
  return {
    backend: backend.name,
    flopsPerSecond: flops.perSecond,
    bytesPerSecond: bytes / sum.seconds,
    flopsBy: flops.by,
    bytesBy: `${graph.name}, ${sum.path}`,
  };
}

async function timesOf(backend: Backend, graph: Graph, options: MeasureOptions): Promise<readonly NodeTime[]> {
  await using session = await backend.prepare(graph, smallValues(graph), { profile: true });
  const shape = [1, ...(graph.nodes[0]?.shape ?? [])];
  return await measureLayers(session, float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(0.5)), options);
}

function smallValues(graph: Graph): Parameters {
  // Not zeros, and small enough that nothing overflows or becomes denormal.
  return new Map(
    paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(1e-3))]),
  );
}

function flopsOf(graph: Graph, path: string): number {
  const node = graph.nodes.find((each) => each.path === path);
  const kernel = node?.params.find(({ role }) => role === 'kernel');
  if (node === undefined || kernel === undefined) return 0;
  return 2 * sizeOf(node.shape.slice(0, -1)) * sizeOf(kernel.shape);
}

/** 3x3 and 1x1 over maps that fit a cache, with many channels: the forms that libraries are fastest at. */
function convolutions(): Graph {
  const nn = new Builder('convolutions of 56x56x128');
  const x = nn.conv2d(nn.input([56, 56, 128]), { name: '3x3', out: 128, kernel: 3 });
  return nn.graph(nn.conv2d(x, { name: '1x1', out: 512, kernel: 1 }));
}

function products(): Graph {
  const nn = new Builder('product of 1024x1024 and 1024x512');
  return nn.graph(nn.dense(nn.input([32, 32, 1024]), { name: 'dense', units: 512, pointwise: true, bias: false }));
}

/** 48 MiB a map: larger than any cache that a core has to itself. */
function sums(): Graph {
  const nn = new Builder('sum of maps of 1024x1024x12');
  const x = nn.input([1024, 1024, 12]);
  // A map of its own, so that two are read; not fused into the sum.
  return nn.graph(nn.add(nn.activation(x, 'relu'), x, { name: 'sum' }));
}
