import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { formatShape, type Graph, outputOf, type Parameters, type ParamSpec, paramsOf, sizeOf } from '@convzoo/layers';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint } from './checkpoint.js';
import { DifferentiableGraph } from './differentiate.js';
import { TrainingError } from './errors.js';
import { softmaxCrossEntropy } from './loss.js';
import type { Optimiser } from './optimiser.js';
import { TrainingState, toParameters } from './state.js';

export interface TrainerOptions {
  /** A network that ends in one vector of logits an example. */
  readonly graph: Graph;
  /** Starting values, e.g. of `initialise`. */
  readonly params: Parameters;
  /** A loaded tfjs backend; `tensorflow` is the fastest in Node. */
  readonly backend: TfjsBackend;
  readonly optimiser: Optimiser;
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing?: number;
  /** Which parameters are trained; by default all. A norm whose scale and shift are both left out is frozen. */
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

export interface GradientResult {
  readonly loss: number;
  /** By parameter path, of trained parameters. */
  readonly gradients: Parameters;
  /** Running statistics after this batch, of norms that are not frozen. */
  readonly running: Parameters;
}

/** What one pass forward and back leaves on the backend. */
interface Pass extends StepResult {
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly updates: ReadonlyMap<string, Tensor>;
}

/** Parameters and optimiser state on a backend, and how one batch changes them. */
export class Trainer {
  readonly graph: Graph;
  readonly #options: TrainerOptions;
  readonly #network: DifferentiableGraph;
  readonly #state: TrainingState;
  #step = 0;

  /** @throws TrainingError `nothing-to-train`, `no-gradient`, `bad-parameters`, `wrong-options` */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { graph, backend } = options;
    const { shape } = outputOf(graph);
    if (shape.length !== 1) {
      const message = `${graph.name} ends in a map of ${formatShape(shape)}; training needs one vector of logits an example.`;
      throw new TrainingError('wrong-options', message);
    }
    return backend.run(() => {
      const { trained = () => true, seed = 0 } = options;
      const network = new DifferentiableGraph(graph, backend, { trained, seed });
      try {
        return new Trainer(options, network);
      } catch (error) {
        network.dispose();
        throw error;
      }
    });
  }

  private constructor(options: TrainerOptions, network: DifferentiableGraph) {
    const { graph, params, optimiser } = options;
    if (network.trained.size === 0) {
      const message = `No trained parameter leads to the output of ${graph.name}; leave some to be trained.`;
      throw new TrainingError('nothing-to-train', message);
    }
    this.graph = graph;
    this.#options = options;
    this.#network = network;
    this.#state = new TrainingState(paramsOf(graph), network.trained, optimiser, params);
  }

  /** Updates done so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * One update from a batch of `labels.length` examples.
   * @param x values of `[batch, ...input shape]`
   * @throws TrainingError `diverged` where the loss is no number (nothing is updated then), `bad-labels`, `bad-batch`
   */
  trainBatch(x: Float32Array, labels: Int32Array, rate: number): Promise<StepResult> {
    return this.#options.backend.run(() => {
      const { loss, correct, gradients, updates } = this.#pass(x, labels);
      for (const [path, value] of updates) this.#state.replace(path, value);
      for (const [path, gradient] of gradients) {
        this.#state.update(path, gradient, rate, this.#step);
        gradient.dispose();
      }
      this.#step++;
      return { loss, correct };
    });
  }

  /** Loss, gradients and new running statistics of one batch in training mode, without an update. */
  async gradients(x: Float32Array, labels: Int32Array): Promise<GradientResult> {
    const { loss, gradients, updates } = await this.#options.backend.run(() => this.#pass(x, labels));
    try {
      const [host, running] = await Promise.all([toParameters(gradients), toParameters(updates)]);
      return { loss, gradients: host, running };
    } finally {
      tf.dispose([...gradients.values(), ...updates.values()]);
    }
  }

  #pass(x: Float32Array, labels: Int32Array): Pass {
    const shape = [labels.length, ...this.#network.inputShape];
    if (x.length !== sizeOf(shape)) {
      const message = `Got ${x.length} values for ${labels.length} examples; ${formatShape(shape)} need ${sizeOf(shape)}.`;
      throw new TrainingError('bad-batch', message);
    }
    const input = tf.tensor(x, shape, 'float32');
    const tape = this.#network.forward(input, this.#state.variables, this.#step);
    input.dispose();
    try {
      const { labelSmoothing } = this.#options;
      const { loss, correct, gradient } = softmaxCrossEntropy(tape.output as Tensor2D, labels, labelSmoothing);
      try {
        if (!Number.isFinite(loss)) {
          const message = `The loss is ${loss} at step ${this.#step}; train with a smaller learning rate.`;
          throw new TrainingError('diverged', message);
        }
        return { loss, correct, gradients: tape.backward(gradient), updates: tape.updates };
      } finally {
        gradient.dispose();
      }
    } catch (error) {
      tf.dispose([...tape.updates.values()]);
      throw error;
    } finally {
      tape.dispose();
    }
  }

  /** The parameters and running statistics as they are now, on the host. */
  async parameters(): Promise<Parameters> {
    return toParameters(this.#state.variables);
  }

  /** Everything that a later `restore` needs to go on as if nothing had happened. */
  async checkpoint(): Promise<Checkpoint> {
    const step = this.#step;
    return { step, tensors: await this.#state.toTensors() };
  }

  /** @throws TrainingError `bad-checkpoint`, and nothing is changed, where it is not one of this training */
  restore({ step, tensors }: Checkpoint): void {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new TrainingError('bad-checkpoint', `The step of a checkpoint must be a count of updates, got ${step}.`);
    }
    this.#state.load(tensors);
    this.#step = step;
  }

  /** Frees everything on the backend. */
  dispose(): void {
    this.#network.dispose();
    this.#state.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
