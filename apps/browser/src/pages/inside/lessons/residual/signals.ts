import { Builder, type Graph, type Value } from '@convzoo/layers';
import { backward, crossEntropy, forward, startingWeights } from '../gradients/network.js';
import { normal, uniform } from '../gradients/random.js';
import { present, type Values } from '../gradients/rule.js';

export interface StackOptions {
  /** Blocks of two 3x3 convolutions. */
  readonly blocks: number;
  readonly shortcut: boolean;
  /** Batch normalisation after each convolution, as in ResNet. */
  readonly norm: boolean;
}

export interface SignalsInput extends Omit<StackOptions, 'shortcut'> {
  /** Starting weights are He's times this. */
  readonly gain: number;
  readonly seed: number;
}

/** What passes through a stack before it has learnt anything, by block, the first first. */
export interface Signals {
  /** Variance of the values that leave each block. */
  readonly variance: readonly number[];
  /** Norm of the loss's gradient with respect to them, over that of the last block. */
  readonly gradient: readonly number[];
}

export interface SignalPair {
  readonly on: Signals;
  readonly off: Signals;
}

/** Small enough that 152 blocks take a second: the effect needs depth, not width. */
const MAP = 8;
const CHANNELS = 8;
const EXAMPLES = 8;
const CLASSES = 10;

/** Blocks of ResNet (He et al. 2015, figure 2) on maps of one size, a mean, and a classifier. Blocks are tapped by number. */
export function stackGraph({ blocks, shortcut, norm }: StackOptions): Graph {
  const nn = new Builder(shortcut ? 'residual' : 'plain');
  const layer = (x: Value, i: number): Value => {
    const y = nn.conv2d(x, { name: `conv${i}`, out: CHANNELS, kernel: 3 });
    return norm ? nn.batchNorm(y, { name: `bn${i}` }) : y;
  };
  let x = nn.input([MAP, MAP, CHANNELS]);
  for (let block = 0; block < blocks; block++) {
    x = nn.module(block, () => {
      const branch = layer(nn.activation(layer(x, 1), 'relu'), 2);
      return nn.activation(shortcut ? nn.add(branch, x) : branch, 'relu');
    });
  }
  return nn.graph(nn.dense(nn.globalAvgPool(x), { name: 'classifier', units: CLASSES }));
}

/** The same input and the same weights through the stack with its shortcuts, and without. */
export function signalPair({ blocks, norm, gain, seed }: SignalsInput): SignalPair {
  const of = (shortcut: boolean): Signals => signals(stackGraph({ blocks, shortcut, norm }), gain, seed);
  return { on: of(true), off: of(false) };
}

function signals(graph: Graph, gain: number, seed: number): Signals {
  const input = normal(EXAMPLES * MAP * MAP * CHANNELS, 1, uniform(seed + 1));
  const labels = Array.from({ length: EXAMPLES }, (_, i) => i % CLASSES);
  const pass = forward(graph, startingWeights(graph, seed, gain), input);
  const { gradient } = crossEntropy(present(pass.results[graph.output]).y, labels);
  const { nodes } = backward(pass, gradient);
  const blocks = Object.keys(graph.taps).length;
  const ends = Array.from({ length: blocks }, (_, block) => present(graph.taps[block]));
  const norms = ends.map((id) => norm(present(nodes.get(id))));
  const last = present(norms.at(-1));
  return {
    variance: ends.map((id) => variance(present(pass.results[id]).y)),
    gradient: norms.map((each) => each / last),
  };
}

const norm = (values: Values): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

function variance(values: Values): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
