import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type Graph, isTrainable, type Float32Tensor, float32Tensor, type Parameters, type ParamSpec, paramsOf } from '@convzoo/layers';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Checkpoint, slotKey } from './checkpoint.js';
import { DifferentiableGraph } from './differentiate.js';
import { TrainingError } from './errors.js';
import { softmaxCrossEntropy } from './loss.js';
import type { Optimiser } from './optimiser.js';

export interface TrainerOptions {
  readonly graph: Graph;
  /** Starting values, e.g. of `initialise`. */
  readonly params: Parameters;
  /** A loaded tfjs backend; `tensorflow` is the fastest in Node. */
  readonly backend: TfjsBackend;
  readonly optimiser: Optimiser;
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing?: number;
  /** Which parameters are trained; by default all. A norm whose parameters are all left out is frozen. */
  readonly trained?: (param: ParamSpec) => boolean;
  /** Seed of dropout. */
  readonly seed?: number;
}

export interface StepResult {
  /** Mean loss of the batch, before the update. */
  readonly loss: number;
  /** Examples of the batch that were right before the update. */
  readonly correct: number;
}

/** Parameters and optimiser state on a backend, and how one batch changes them. */
export class Trainer {
  readonly graph: Graph;
  readonly #options: TrainerOptions;
  readonly #network: DifferentiableGraph;
  readonly #specs: ReadonlyMap<string, ParamSpec>;
  readonly #variables = new Map<string, Tensor>();
  readonly #slots = new Map<string, Map<string, Tensor>>();
  #step = 0;

  static async create(options: TrainerOptions): Promise<Trainer> {
    await options.backend.activate();
    return new Trainer(options);
  }

  private constructor(options: TrainerOptions) {
    const { graph, backend, trained = () => true, seed = 0 } = options;
    this.graph = graph;
    this.#options = options;
    this.#network = new DifferentiableGraph(graph, backend, { trained, seed });
    const specs = paramsOf(graph);
    this.#specs = new Map(specs.map((spec) => [spec.path, spec]));
    if (!specs.some((spec) => isTrainable(spec) && trained(spec))) {
      throw new TrainingError('nothing-to-train', `Every parameter of ${graph.name} is frozen; leave some to be trained.`);
    }
    this.#load(options.params);
  }

  /** Updates done so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * One update from a batch of `labels.length` examples.
   * @param x values of `[batch, ...input shape]`, batch first
   * @throws TrainingError `diverged` where the loss is no number
   */
  trainBatch(x: Float32Array, labels: Int32Array, rate: number): StepResult {
    const input = tf.tensor(x, [labels.length, ...this.#network.inputShape], 'float32');
    const tape = this.#network.forward(input, this.#variables, this.#step);
    const { loss, correct, gradient } = softmaxCrossEntropy(tape.output as Tensor2D, labels, this.#options.labelSmoothing);
    const gradients = tape.backward(gradient);
    tf.dispose([input, gradient]);
    if (!Number.isFinite(loss)) {
      tf.dispose([...gradients.values(), ...tape.updates.values()]);
      throw new TrainingError('diverged', `The loss is ${loss} at step ${this.#step}; train with a smaller learning rate.`);
    }
    for (const [path, value] of tape.updates) this.#replace(path, value);
    for (const [path, d] of gradients) this.#update(path, d, rate);
    this.#step++;
    return { loss, correct };
  }

  /** Loss and gradients by path for one batch in training mode, without an update. */
  async gradients(x: Float32Array, labels: Int32Array): Promise<{ loss: number; gradients: Parameters; running: Parameters }> {
    const input = tf.tensor(x, [labels.length, ...this.#network.inputShape], 'float32');
    const tape = this.#network.forward(input, this.#variables, this.#step);
    const { loss, gradient } = softmaxCrossEntropy(tape.output as Tensor2D, labels, this.#options.labelSmoothing);
    const gradients = tape.backward(gradient);
    tf.dispose([input, gradient]);
    const result = { loss, gradients: await toParameters(gradients), running: await toParameters(tape.updates) };
    tf.dispose([...gradients.values(), ...tape.updates.values()]);
    return result;
  }

  /** The parameters as they are now, on the host. */
  parameters(): Promise<Parameters> {
    return toParameters(this.#variables);
  }

  /** Everything that a later `restore` needs to go on as if nothing had happened. */
  async checkpoint(): Promise<Checkpoint> {
    const tensors = new Map(await this.parameters());
    for (const [path, slots] of this.#slots) {
      for (const [slot, tensor] of slots) tensors.set(slotKey(this.#options.optimiser.name, slot, path), await toHostTensor(tensor));
    }
    return { step: this.#step, tensors };
  }

  /** @throws TrainingError `bad-checkpoint` where a tensor is missing or of another shape */
  restore({ step, tensors }: Checkpoint): void {
    this.#load(tensors);
    this.#step = step;
    for (const [path, slots] of this.#slots) {
      for (const slot of slots.keys()) {
        const key = slotKey(this.#options.optimiser.name, slot, path);
        slots.get(slot)?.dispose();
        slots.set(slot, this.#upload(key, tensors.get(key), this.#specs.get(path)));
      }
    }
  }

  dispose(): void {
    this.#network.dispose();
    tf.dispose([...this.#variables.values()]);
    for (const slots of this.#slots.values()) tf.dispose([...slots.values()]);
  }

  #load(values: Parameters): void {
    const { optimiser, trained = () => true } = this.#options;
    for (const [path, spec] of this.#specs) {
      this.#replace(path, this.#upload(path, values.get(path), spec));
      if (!isTrainable(spec) || !trained(spec) || this.#slots.has(path)) continue;
      this.#slots.set(path, new Map(optimiser.slots.map((slot) => [slot, tf.zeros([...spec.shape])])));
    }
  }

  #upload(key: string, tensor: Float32Tensor | undefined, spec: ParamSpec | undefined): Tensor {
    if (tensor === undefined || spec === undefined || tensor.data.length !== spec.shape.reduce((a, b) => a * b, 1)) {
      const got = tensor === undefined ? 'nothing' : `shape [${tensor.shape.join(', ')}]`;
      throw new TrainingError(
        'bad-checkpoint',
        `${key} must have shape [${spec?.shape.join(', ') ?? ''}], got ${got}; the file is of another network or optimiser.`,
      );
    }
    return tf.tensor(tensor.data, [...spec.shape], 'float32');
  }

  #replace(path: string, value: Tensor): void {
    this.#variables.get(path)?.dispose();
    this.#variables.set(path, value);
  }

  #update(path: string, gradient: Tensor, rate: number): void {
    const [spec, value, slots] = [this.#specs.get(path), this.#variables.get(path), this.#slots.get(path)];
    if (spec === undefined || value === undefined || slots === undefined) throw new RangeError(`${path} is not trained`);
    const next = this.#options.optimiser.update(spec, value, gradient, slots, rate, this.#step);
    gradient.dispose();
    tf.dispose([...slots.values()]);
    this.#slots.set(path, new Map(next.slots));
    this.#replace(path, next.value);
  }
}

async function toHostTensor(tensor: Tensor): Promise<Float32Tensor> {
  return float32Tensor([...tensor.shape], Float32Array.from(await tensor.data<'float32'>()));
}

async function toParameters(tensors: ReadonlyMap<string, Tensor>): Promise<Parameters> {
  const result = new Map<string, Float32Tensor>();
  for (const [path, tensor] of tensors) result.set(path, await toHostTensor(tensor));
  return result;
}
