import { readFileSync } from 'node:fs';
import { dropDropout, type Float32Tensor, type Graph, type Parameters, sizeOf } from '@convzoo/layers';
import { dialects, sourceParams } from '@convzoo/weights';
import { fillFromHash, fillInput } from '@convzoo/weights/golden';
import { buildModel } from '@convzoo/zoo';
import { norm } from '../reference/array.js';

/** A few values of one array: fixtures/goldens, section 3 of its README. */
export interface Sampled {
  readonly path: string;
  readonly norm: number;
  readonly at: readonly number[];
  readonly values: readonly number[];
}

interface Common {
  readonly case: string;
  readonly model: string;
  readonly args?: { readonly width_mult?: number };
  readonly input_path: string;
  /** NCHW. */
  readonly shape: readonly [number, number, number, number];
}

export interface GradientRecord extends Common {
  readonly loss: number;
  readonly grad_total_norm: number;
  readonly grads: readonly Sampled[];
  readonly running: readonly Sampled[];
}

export interface TrajectoryRecord extends Common {
  readonly optimiser: 'SGD' | 'Adam';
  readonly options: { readonly lr: number; readonly momentum?: number; readonly weight_decay: number };
  /** Before each update and after the last. */
  readonly losses: readonly number[];
  readonly after: readonly Sampled[];
}

const file = new URL('../../../../fixtures/goldens/torch-train.jsonl', import.meta.url);
const records: readonly (GradientRecord | TrajectoryRecord)[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

export const gradientRecords = records.filter((record) => 'grads' in record);
export const trajectoryRecords = records.filter((record) => 'losses' in record);

export interface Problem {
  readonly graph: Graph;
  readonly params: Parameters;
  readonly x: Float32Tensor;
  readonly labels: Int32Array;
}

/** The network, filled, and the batch of a record. */
export function problemOf({ model, args, shape, input_path: path }: Common): Problem {
  const name = model === 'cifar_resnet20' ? 'resnet20-cifar10' : model;
  const width = args?.width_mult;
  const options = { input: shape[2], classes: 10, ...(width !== undefined && { width }) };
  const graph = dropDropout(buildModel(name, options));
  return {
    graph,
    params: fillFromHash(graph, { dialect: 'torchvision' }),
    x: fillInput(shape, 'NCHW', 'signed', path),
    labels: Int32Array.from({ length: shape[0] }, (_, i) => i % 10),
  };
}

/** Values in torch's order by torch's name. The order is found by encoding indices, which float32 holds exactly. */
export function inTorchOrder(
  graph: Graph,
  values: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
): Map<string, Float64Array> {
  const result = new Map<string, Float64Array>();
  for (const { name, place, layout } of sourceParams(graph, dialects.torchvision)) {
    const data = values.get(place.spec.path)?.data;
    if (data === undefined) continue;
    const order = layout.encode(Float32Array.from({ length: sizeOf(place.spec.shape) }, (_, i) => i));
    result.set(
      name,
      Float64Array.from(order, (i) => data[i] as number),
    );
  }
  return result;
}

/** Largest difference of the samples and of the norm, relative to the norm or to `floor`. */
export function distance({ at, values, norm: expected }: Sampled, actual: Float64Array, floor: number): number {
  const apart = at.map((i, k) => Math.abs((actual[i] as number) - (values[k] as number)));
  return Math.max(Math.abs(norm(actual) - expected), ...apart) / Math.max(expected, floor);
}
