import { Builder, type Graph, type Value } from '@convzoo/layers';
import { backward, crossEntropy, forward, startingWeights } from '../gradients/network.js';
import { uniform } from '../gradients/random.js';
import { present, type Values } from '../gradients/rule.js';
import { contestants, STEPS } from './contestants.js';

/** After how many steps, and for each network its loss and the share of the training points that it gets wrong. */
export interface TrainingProgress {
  readonly step: number;
  readonly losses: readonly number[];
  readonly errors: readonly number[];
}

const RATE = 0.1;
const MOMENTUM = 0.9;
const WIDTH = 12;
const CLASSES = 3;
const PER_CLASS = 64;

/** Dense layers in place of convolutions, all else as in ResNet for CIFAR: 2 layers a block, one before, one after. */
export function contestantGraph(layers: number, shortcut: boolean): Graph {
  const nn = new Builder(`${shortcut ? 'residual' : 'plain'}-${layers}`);
  const layer = (x: Value, name: string): Value =>
    nn.batchNorm(nn.dense(x, { name, units: WIDTH, bias: false }), { name: `${name}_norm` });
  let x = nn.activation(layer(nn.input([2]), 'first'), 'relu');
  for (let block = 0; block < (layers - 2) / 2; block++) {
    x = nn.module(block, () => {
      const branch = layer(nn.activation(layer(x, 'dense1'), 'relu'), 'dense2');
      return nn.activation(shortcut ? nn.add(branch, x) : branch, 'relu');
    });
  }
  return nn.graph(nn.dense(x, { name: 'classifier', units: CLASSES }));
}

/** Points on three arms of a spiral. */
function spirals(seed: number): { readonly points: Values; readonly labels: readonly number[] } {
  const next = uniform(seed);
  const labels = Array.from({ length: CLASSES * PER_CLASS }, (_, i) => Math.floor(i / PER_CLASS));
  const points = labels.flatMap((label, i) => {
    const along = (i % PER_CLASS) / PER_CLASS;
    const angle = 2 * Math.PI * (label / CLASSES + 1.25 * along) + 0.3 * (next() - 0.5);
    const radius = 1.7 * (0.1 + along);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return { points: Float64Array.from(points), labels };
}

/** One network in training: gradient descent with momentum on all points at once. */
class Learner {
  readonly #graph: Graph;
  readonly #weights: Map<string, Values>;
  readonly #velocities = new Map<string, Values>();

  constructor(graph: Graph, seed: number) {
    this.#graph = graph;
    this.#weights = startingWeights(graph, seed);
  }

  /** Loss and error before the step. */
  step(points: Values, labels: readonly number[]): { readonly loss: number; readonly error: number } {
    const pass = forward(this.#graph, this.#weights, points);
    const logits = present(pass.results[this.#graph.output]).y;
    const { loss, gradient } = crossEntropy(logits, labels);
    for (const [path, slope] of backward(pass, gradient).params) {
      const velocity = this.#velocities.get(path) ?? new Float64Array(slope.length);
      const moved = velocity.map((value, i) => MOMENTUM * value + (slope[i] ?? 0));
      this.#velocities.set(path, moved);
      this.#weights.set(
        path,
        present(this.#weights.get(path)).map((value, i) => value - RATE * (moved[i] ?? 0)),
      );
    }
    return { loss, error: errorOf(logits, labels) };
  }
}

function errorOf(logits: Values, labels: readonly number[]): number {
  const wrong = labels.filter((label, row) => {
    const own = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    return own.indexOf(Math.max(...own)) !== label;
  });
  return wrong.length / labels.length;
}

/** Trains all four at once, a step each in turn. Ends early when it is given up. */
export async function* train(seed: number, signal?: AbortSignal): AsyncGenerator<TrainingProgress> {
  const { points, labels } = spirals(seed);
  const learners = contestants.map(({ layers, shortcut }) => new Learner(contestantGraph(layers, shortcut), seed));
  for (let step = 0; step <= STEPS; step++) {
    const states: { loss: number; error: number }[] = [];
    for (const learner of learners) {
      states.push(learner.step(points, labels));
      // Other calls to the worker, and the one that gives this up, come between.
      await new Promise((resolve) => setTimeout(resolve));
      if (signal?.aborted === true) return;
    }
    yield { step, losses: states.map(({ loss }) => loss), errors: states.map(({ error }) => error) };
  }
}
