import type { RuntimeName } from './protocol.js';

/** Where a cell lives: Node, Node with relaxed SIMD switched on, a Chromium of its own, Python. */
export type Place = 'node' | 'node-fma' | 'chromium' | 'python';

/** Who computes, where, on how many threads. */
export interface Contender {
  /** `engine:node:1`: what filters match and results are stored under. */
  readonly id: string;
  readonly runtime: RuntimeName;
  readonly place: Place;
  readonly threads: number;
}

const places: readonly (readonly [runtime: RuntimeName, place: Place, threads: readonly number[]])[] = [
  ['engine', 'chromium', [1, 2]],
  ['tfjs-wasm', 'chromium', [1, 2]],
  ['ort-web', 'chromium', [1, 2]],
  ['litert', 'chromium', [1, 2]],
  ['engine', 'node', [1, 2]],
  ['engine', 'node-fma', [1, 2]],
  ['tfjs-wasm', 'node', [1, 2]],
  // In Node our tfjs-wasm has one thread.
  ['convzoo-wasm', 'node', [1]],
  ['ort-node', 'node', [1, 2]],
  ['convzoo-ort', 'node', [1, 2]],
  ['tfjs-node', 'node', [1, 2]],
  ['convzoo-tensorflow', 'node', [1, 2]],
  ['torch', 'python', [1, 2]],
];

export const idOf = (runtime: RuntimeName, place: Place, threads: number): string => `${runtime}:${place}:${threads}`;

/** All of them, those that are compared with one another side by side: by threads, then by place. */
export const contenders: readonly Contender[] = [1, 2].flatMap((threads) =>
  places
    .filter(([, , counts]) => counts.includes(threads))
    .map(([runtime, place]) => ({ id: idOf(runtime, place, threads), runtime, place, threads })),
);

const runtimeTitles: Readonly<Record<RuntimeName, string>> = {
  engine: 'engine',
  'convzoo-wasm': 'backend-tfjs wasm',
  'convzoo-tensorflow': 'backend-tfjs tensorflow',
  'convzoo-ort': 'backend-onnx (ort)',
  'tfjs-wasm': 'tfjs-wasm 4.22, hand-fused',
  'tfjs-node': 'tfjs-node 4.22, hand-fused',
  'ort-node': 'onnxruntime-node 1.30',
  'ort-web': 'onnxruntime-web 1.30',
  litert: 'LiteRT.js 2.5',
  torch: 'PyTorch',
};

const placeTitles: Readonly<Record<Place, string>> = {
  node: 'Node',
  'node-fma': 'Node with multiply-add',
  chromium: 'Chromium',
  python: 'Python',
};

/** As people read it, without the threads: `engine, Chromium`. */
export const titleOf = ({ runtime, place }: Pick<Contender, 'runtime' | 'place'>): string =>
  `${runtimeTitles[runtime]}, ${placeTitles[place]}`;

/** Runtimes of this project; the others are peers. */
export const isOurs = (runtime: RuntimeName): boolean => runtime === 'engine' || runtime.startsWith('convzoo-');
