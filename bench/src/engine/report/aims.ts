import { idOf, type Place } from '../contenders.js';
import { TOLERANCE } from '../difference.js';
import { NETWORKS } from '../network.js';
import type { RuntimeName } from '../protocol.js';
import type { Results, Row } from '../results.js';

/** One figure that an issue asks for. */
export interface Aim {
  readonly issue: 7 | 8;
  /** Aims of one kind, under which a table has them. */
  readonly group: string;
  /** What is measured, within its group. */
  readonly what: string;
  /** A network, or what else the columns of the group are. */
  readonly of: string;
  readonly aim: number;
  readonly sense: 'at least' | 'at most';
  readonly unit: 'times' | 'ms' | 'MB' | 'kB';
  /** Absent where something that it needs was not measured. */
  readonly value?: number | undefined;
  /** Whether it compares rows of different runs, which is not what the aim means. */
  readonly mixed?: boolean;
  /** Whether others used the machine meanwhile. */
  readonly disturbed?: boolean;
}

export const isMet = ({ aim, sense, value }: Aim): boolean =>
  value !== undefined && (sense === 'at least' ? value >= aim : value <= aim);

type PerNetwork = Readonly<Partial<Record<string, number>>>;

/** Issue 7, against the best of the browser's runtimes. */
const IN_CHROMIUM: PerNetwork = { vgg16: 3.3, resnet18: 2.7, resnet50: 1.7, mobilenet_v2: 1.5, mobilenet_v1: 1.45 };
/** Issue 7, against tfjs-wasm in Node 20, which has no multiply-add without a flag. */
const IN_NODE: PerNetwork = { vgg16: 3.6, resnet18: 2.8, resnet50: 1.75, mobilenet_v2: 1.4, mobilenet_v1: 1.35 };
/** Issue 7, against native onnxruntime. */
const AGAINST_NATIVE: PerNetwork = { vgg16: 1, resnet18: 1.1, resnet50: 1.65 };
const BROWSER_PEERS: readonly RuntimeName[] = ['tfjs-wasm', 'litert', 'ort-web'];
const THREADS = [1, 2] as const;
const plural = (threads: number): string => (threads === 1 ? '1 thread' : `${threads} threads`);

/** Every aim of issues 7 and 8 that this benchmark can tell, from least times. */
export function aimsOf(results: Results): readonly Aim[] {
  const at = new Lookup(results);
  return [
    ...networks(IN_CHROMIUM).flatMap(([of, aim]) =>
      THREADS.map((threads) => {
        const peers = BROWSER_PEERS.map((runtime) => at.row(of, 1, runtime, 'chromium', threads));
        // The best of some is not the best of all.
        const best = peers.every((row) => row !== undefined) ? peers.reduce(faster, peers[0]) : undefined;
        const ratio = at.ratio(best, at.row(of, 1, 'engine', 'chromium', threads));
        const group = 'Chromium: the best of tfjs-wasm, LiteRT.js and onnxruntime-web over the engine';
        return { ...seven, group, what: plural(threads), of, aim, sense: 'at least', unit: 'times', ...ratio } as const;
      }),
    ),
    ...networks(IN_NODE).flatMap(([of, aim]) =>
      THREADS.map((threads) => {
        const [peer, own] = (['tfjs-wasm', 'engine'] as const).map((runtime) =>
          at.row(of, 1, runtime, 'node', threads),
        );
        const group = 'Node without multiply-add: hand-fused tfjs-wasm over the engine';
        return {
          ...seven,
          group,
          what: plural(threads),
          of,
          aim,
          sense: 'at least',
          unit: 'times',
          ...at.ratio(peer, own),
        } as const;
      }),
    ),
    ...networks(AGAINST_NATIVE).flatMap(([of, aim]) =>
      (['node', 'node-fma', 'chromium'] as const).flatMap((place) =>
        THREADS.map((threads) => {
          const ratio = at.ratio(at.row(of, 1, 'engine', place, threads), at.row(of, 1, 'ort-node', 'node', threads));
          const group = 'The engine over native onnxruntime-node';
          const what = `${placeNames[place]}, ${plural(threads)}`;
          return { ...seven, group, what, of, aim, sense: 'at most', unit: 'times', ...ratio } as const;
        }),
      ),
    ),
    ...engineEverywhere((of, place) => {
      const ratio = at.ratio(at.row(of, 1, 'engine', place, 1), at.row(of, 1, 'engine', place, 2));
      const group = 'The engine on one thread over two';
      return { ...seven, group, what: placeNames[place], of, aim: 1.8, sense: 'at least', unit: 'times', ...ratio };
    }),
    ...engineEverywhere((of, place) => {
      const row = at.row(of, 8, 'engine', place, 1);
      const alone = row?.alone === undefined ? at.row(of, 1, 'engine', place, 1) : { ...row, min: row.alone };
      const ratio = at.ratio(row && { ...row, min: row.min / 8 }, alone);
      const group = 'The engine at batch 8 over batch 1, a picture, 1 thread';
      return { ...seven, group, what: placeNames[place], of, aim: 1, sense: 'at most', unit: 'times', ...ratio };
    }),
    ...startUp(at),
    ...memory(at, results),
    ...backends(at),
    ...commands(results),
  ];
}

const seven = { issue: 7 } as const;
const eight = { issue: 8 } as const;
const placeNames: Readonly<Record<Place, string>> = {
  node: 'Node',
  'node-fma': 'Node with multiply-add',
  chromium: 'Chromium',
  python: 'Python',
};

const networks = (aims: PerNetwork): readonly (readonly [string, number])[] =>
  NETWORKS.flatMap((model) => (aims[model] === undefined ? [] : [[model, aims[model]] as const]));

const engineEverywhere = (aim: (model: string, place: Place) => Aim): readonly Aim[] =>
  NETWORKS.flatMap((model) => (['node', 'node-fma', 'chromium'] as const).map((place) => aim(model, place)));

const faster = (a: Row | undefined, b: Row | undefined): Row | undefined => ((a?.min ?? 0) < (b?.min ?? 0) ? a : b);

/** Loading and first answers. */
function startUp(at: Lookup): readonly Aim[] {
  const [group, sense, unit] = ['The engine: loading and first answer, ms', 'at most', 'ms'] as const;
  return (['node', 'chromium'] as const).flatMap((place) =>
    THREADS.flatMap((threads): readonly Aim[] => {
      const what = `${placeNames[place]}, ${plural(threads)}`;
      const common = { ...seven, group, what, sense, unit };
      const resnet = at.row('resnet50', 1, 'engine', place, threads);
      const mobilenet = at.row('mobilenet_v2', 1, 'engine', place, threads);
      return [
        { ...common, of: 'ResNet-50: load and plan', aim: 300, ...startUpOf(resnet, 'load') },
        { ...common, of: 'MobileNet V2: first answer', aim: 100, ...startUpOf(mobilenet, 'first') },
      ];
    }),
  );
}

const startUpOf = (row: Row | undefined, what: 'load' | 'first'): Pick<Aim, 'value' | 'disturbed'> =>
  row === undefined ? {} : { value: row[what], disturbed: row.loadDisturbed };

function memory(at: Lookup, { networks: facts, engineGzip }: Results): readonly Aim[] {
  const [sense, unit, group] = ['at most', 'MB', 'The engine: peak memory of the process, MB'] as const;
  const of = (model: string): number | undefined => {
    const peak = at.row(model, 1, 'engine', 'node', 1)?.peakMemory;
    return peak === undefined ? undefined : peak / 1e6;
  };
  const gzip = engineGzip === undefined ? undefined : engineGzip / 1000;
  return [
    ...facts.map(({ model, parameterBytes, plannedBytes }): Aim => {
      const aim = (2.5 * parameterBytes + plannedBytes) / 1e6;
      const what = 'Node, 1 thread: 2.5 times the weights and the planned activations';
      return { ...seven, group, what, of: model, aim, sense, unit, value: of(model) };
    }),
    { ...seven, group, what: 'Node, 1 thread', of: 'vgg16', aim: 1200, sense, unit, value: of('vgg16') },
    {
      ...seven,
      ...{ group: 'The engine: what a page loads, kB of gzip', what: 'module, worker and kernel generator', of: 'kB' },
      ...{ aim: 60, sense, unit: 'kB', value: gzip },
    },
  ];
}

/** Our backends against the same library by hand. */
function backends(at: Lookup): readonly Aim[] {
  const pairs: readonly (readonly [
    what: string,
    ours: RuntimeName,
    theirs: RuntimeName,
    threads: number,
    aim: number,
  ])[] = [
    ['backend-tfjs wasm over hand-fused tfjs-wasm, 1 thread', 'convzoo-wasm', 'tfjs-wasm', 1, 1.03],
    ['backend-tfjs tensorflow over hand-fused tfjs-node, 1 thread', 'convzoo-tensorflow', 'tfjs-node', 1, 1.03],
    ['backend-tfjs tensorflow over hand-fused tfjs-node, 2 threads', 'convzoo-tensorflow', 'tfjs-node', 2, 1.03],
    ['backend-onnx over plain onnxruntime-node, 1 thread', 'convzoo-ort', 'ort-node', 1, 1.05],
    ['backend-onnx over plain onnxruntime-node, 2 threads', 'convzoo-ort', 'ort-node', 2, 1.05],
  ];
  const group = 'Our backends over the same library by hand, in Node';
  return pairs.flatMap(([what, ours, theirs, threads, aim]) =>
    NETWORKS.map((of) => {
      const ratio = at.ratio(at.row(of, 1, ours, 'node', threads), at.row(of, 1, theirs, 'node', threads));
      return { ...eight, group, what, of, aim, sense: 'at most', unit: 'times', ...ratio } as const;
    }),
  );
}

function commands({ commands: rows }: Results): readonly Aim[] {
  const group = 'convzoo classify of one picture, process start to answer, ms';
  return (['engine', 'ort'] as const).map((backend) => {
    const value = rows.find((row) => row.backend === backend)?.median;
    const what = 'MobileNet V2, weights on disk, median';
    return { ...eight, group, what, of: backend, aim: 600, sense: 'at most', unit: 'ms', value } as const;
  });
}

class Lookup {
  readonly #rows: ReadonlyMap<string, Row>;

  constructor({ rows }: Results) {
    // What computes something else is no peer.
    const same = rows.filter((row) => row.difference <= TOLERANCE);
    this.#rows = new Map(same.map((row) => [`${row.model} ${row.batch} ${row.cell}`, row]));
  }

  row(model: string, batch: number, runtime: RuntimeName, place: Place, threads: number): Row | undefined {
    return this.#rows.get(`${model} ${batch} ${idOf(runtime, place, threads)}`);
  }

  ratio(over: Row | undefined, under: Row | undefined): Pick<Aim, 'value' | 'mixed' | 'disturbed'> {
    if (over === undefined || under === undefined) return {};
    return {
      value: over.min / under.min,
      mixed: over.run !== under.run,
      disturbed: over.disturbed + under.disturbed > 0,
    };
  }
}
