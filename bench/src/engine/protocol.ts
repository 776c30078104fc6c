/** What computes: a backend of ours, or another library by itself. */
export type RuntimeName =
  | 'engine'
  | 'convzoo-wasm'
  | 'convzoo-tensorflow'
  | 'convzoo-ort'
  | 'tfjs-wasm'
  | 'tfjs-node'
  | 'ort-node'
  | 'ort-web'
  | 'litert'
  | 'torch';

/** Files of the network in other libraries' forms: paths for a process, URLs for a page. */
export interface ModelFiles {
  /** ONNX, any batch. */
  readonly onnx: string;
  /** TFLite, for the batch of the task. */
  readonly tflite: string;
  /** Folded graph as JSON with its weights beside it, for Python. */
  readonly plain: string;
  /** The input of the task, raw float32 in NHWC, for Python. */
  readonly input: string;
}

/** What a cell loads: one network on one runtime, for one batch. */
export interface Task {
  readonly model: string;
  readonly batch: number;
  readonly runtime: RuntimeName;
  readonly threads: number;
  readonly files: ModelFiles;
}

/** A cell is ready. Times are milliseconds. */
export interface Loaded {
  /** Library, version, instructions, threads, as far as the runtime tells. */
  readonly description: string;
  /** Making the runtime and preparing the network, with its weights or its file in memory. */
  readonly load: number;
  /** The first run. */
  readonly first: number;
  /** What it answered, `[batch, classes]`. */
  readonly output: readonly number[];
}

export type Request = { readonly kind: 'load'; readonly task: Task } | { readonly kind: 'run'; readonly runs: number };

export type Reply =
  | ({ readonly kind: 'loaded' } & Loaded)
  | { readonly kind: 'ran'; readonly times: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string };
