import {
  type Float32Tensor,
  float32Tensor,
  formatShape,
  type Parameters,
  type ParamSpec,
  sameShape,
} from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { slotKey } from './checkpoint.js';
import type { Variables } from './differentiate.js';
import { TrainingError } from './errors.js';
import type { Optimiser } from './optimiser.js';

/** What training changes, on the backend: parameters, running statistics, and the optimiser's slots of trained ones. */
export class TrainingState {
  readonly #specs: ReadonlyMap<string, ParamSpec>;
  readonly #optimiser: Optimiser;
  readonly #variables = new Map<string, Tensor>();
  readonly #slots = new Map<string, ReadonlyMap<string, Tensor>>();

  /** @throws TrainingError `bad-parameters` where `params` lack one or have one of another shape */
  constructor(specs: readonly ParamSpec[], trained: ReadonlySet<string>, optimiser: Optimiser, params: Parameters) {
    this.#specs = new Map(specs.map((spec) => [spec.path, spec]));
    this.#optimiser = optimiser;
    const problem = misfit(this.#specs, params);
    if (problem !== undefined) {
      throw new TrainingError(
        'bad-parameters',
        `Starting values: ${problem}; initialise(graph, seed, params) fills gaps.`,
      );
    }
    for (const { path, shape } of specs) {
      this.#variables.set(path, upload(params, path));
      if (!trained.has(path)) continue;
      this.#slots.set(path, new Map(optimiser.slots.map((slot) => [slot, tf.zeros([...shape])])));
    }
  }

  get variables(): Variables {
    return this.#variables;
  }

  /** Takes `value` over and frees the old one. */
  replace(path: string, value: Tensor): void {
    this.#variables.get(path)?.dispose();
    this.#variables.set(path, value);
  }

  /** One step of the optimiser on one parameter. */
  update(path: string, gradient: Tensor, rate: number, step: number): void {
    const [spec, value, slots] = [this.#specs.get(path), this.#variables.get(path), this.#slots.get(path)];
    if (spec === undefined || value === undefined || slots === undefined) {
      throw new RangeError(`${path} is not trained`);
    }
    const next = this.#optimiser.update(spec, value, gradient, slots, rate, step);
    tf.dispose([...slots.values()]);
    this.#slots.set(path, next.slots);
    this.replace(path, next.value);
  }

  /** Everything by key, as it is at the moment of the call. */
  toTensors(): Promise<Parameters> {
    const tensors = new Map<string, Tensor>(this.#variables);
    for (const { path, slot, key } of this.#slotKeys()) {
      const tensor = this.#slots.get(path)?.get(slot);
      if (tensor !== undefined) tensors.set(key, tensor);
    }
    return toParameters(tensors);
  }

  /** @throws TrainingError `bad-checkpoint`, and nothing is changed, where the tensors are not exactly those of this training */
  load(tensors: Parameters): void {
    const expected = new Map(this.#specs);
    for (const { path, key } of this.#slotKeys()) {
      const spec = this.#specs.get(path);
      if (spec !== undefined) expected.set(key, spec);
    }
    const foreign = [...tensors.keys()].find((key) => !expected.has(key));
    const problem =
      misfit(expected, tensors) ?? (foreign === undefined ? undefined : `${foreign} has no place in this training`);
    if (problem !== undefined) {
      throw new TrainingError('bad-checkpoint', `${problem}; the checkpoint is of another network or optimiser.`);
    }
    for (const path of this.#specs.keys()) this.replace(path, upload(tensors, path));
    for (const [path, slots] of this.#slots) {
      const names = [...slots.keys()];
      tf.dispose([...slots.values()]);
      const restored = names.map((slot) => [slot, upload(tensors, slotKey(this.#optimiser.name, slot, path))] as const);
      this.#slots.set(path, new Map(restored));
    }
  }

  dispose(): void {
    tf.dispose([...this.#variables.values()]);
    for (const slots of this.#slots.values()) tf.dispose([...slots.values()]);
  }

  *#slotKeys(): Generator<{ readonly path: string; readonly slot: string; readonly key: string }> {
    for (const [path, slots] of this.#slots) {
      for (const slot of slots.keys()) yield { path, slot, key: slotKey(this.#optimiser.name, slot, path) };
    }
  }
}

/** The first tensor that is missing or of another shape, in words. */
function misfit(expected: ReadonlyMap<string, ParamSpec>, tensors: Parameters): string | undefined {
  for (const [key, { shape }] of expected) {
    const tensor = tensors.get(key);
    if (tensor !== undefined && sameShape(tensor.shape, shape)) continue;
    const got = tensor === undefined ? 'nothing' : formatShape(tensor.shape);
    return `${key} must be ${formatShape(shape)}, got ${got}`;
  }
  return undefined;
}

function upload(tensors: Parameters, key: string): Tensor {
  const tensor = tensors.get(key);
  if (tensor === undefined) throw new RangeError(`${key} was checked to be there`);
  // A copy: some backends read the array in place for as long as the tensor lives.
  return tf.tensor(tensor.data.slice(), [...tensor.shape], 'float32');
}

/** All values at once, as they are at the moment of the call: reads are queued before anything else can run. */
export async function toParameters(tensors: ReadonlyMap<string, Tensor>): Promise<Parameters> {
  const entries = [...tensors].map(async ([key, tensor]): Promise<readonly [string, Float32Tensor]> => {
    // A copy: the plain JavaScript backend hands out its own array.
    const data = Float32Array.from(await tensor.data<'float32'>());
    return [key, float32Tensor([...tensor.shape], data)];
  });
  return new Map(await Promise.all(entries));
}
