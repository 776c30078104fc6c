import { Builder, convNormActivation, type Graph, sizeOf, type Value } from '@convzoo/layers';
import * as fc from 'fast-check';
import { hash32, hashText, uniformAt } from '../../src/index.js';
import { type Array64, array64 } from '../reference/array.js';
import { gate } from './op-cases.js';

const stepNames = [
  'conv',
  'depthwise',
  'residual',
  'project',
  'max',
  'avg',
  'pad',
  'dropout',
  'stochasticDepth',
  'gate',
  'excite',
  'dense-block',
  'shuffle',
  'next',
  'leaky',
  'dead',
] as const;
type Step = (typeof stepNames)[number];

/** What a random network is made of, in order. */
export const networkSteps = fc.array(fc.constantFrom(...stepNames), { minLength: 1, maxLength: 6 });

export const RANDOM_NETWORK = { input: [6, 6, 2], classes: 4 } as const;

/** Layers of a step that leads nowhere have paths that start with this. */
export const DEAD = 'dead';

export function randomNetwork(steps: readonly Step[]): Graph {
  const nn = new Builder('random');
  let x = nn.input(RANDOM_NETWORK.input);
  for (const [i, step] of steps.entries()) x = apply(nn, x, step, `${step}${i}`);
  const y = nn.flatten(nn.adaptiveAvgPool(x, { size: 2 }));
  return nn.graph(nn.dense(y, { name: 'fc', units: RANDOM_NETWORK.classes }));
}

function apply(nn: Builder, x: Value, step: Step, name: string): Value {
  const channels = x.shape.at(-1) ?? 1;
  const unit = (path: string, options: { readonly groups?: number; readonly out?: number } = {}): Value =>
    convNormActivation(nn, x, {
      names: { conv: `${path}.conv`, norm: `${path}.bn` },
      out: channels,
      kernel: 3,
      activation: step === 'residual' ? 'relu' : 'relu6',
      ...options,
    });
  switch (step) {
    case 'conv':
      return unit(name, { out: 4 });
    case 'depthwise':
      return unit(name, { groups: channels });
    case 'residual':
      return nn.activation(nn.add(unit(name), x), 'relu');
    case 'project':
      return nn.add(unit(name, { out: 3 }), nn.conv2d(x, { name: `${name}.skip`, kernel: 1, out: 3, bias: true }));
    case 'max':
      return nn.maxPool(x, { size: 3, stride: 1, padding: 1 });
    case 'avg':
      return nn.avgPool(x, { size: 3, stride: 1, padding: 1, countIncludePad: false });
    case 'pad':
      return nn.zeroPad(x, { spatial: [1, 0, 0, 1], channels: [0, 1] });
    case 'dropout':
      return nn.dropout(x, { rate: 0.3 });
    case 'stochasticDepth':
      return nn.add(nn.dropout(unit(name), { rate: 0.3, per: 'example' }), x);
    case 'gate': {
      const opening = nn.conv2d(x, { name: `${name}.conv`, kernel: 1, out: channels });
      return nn.custom(gate, [x, opening], { name, params: [{ path: 'a', role: 'scale', shape: [channels] }] });
    }
    case 'excite': {
      const squeezed = nn.activation(nn.dense(nn.globalAvgPool(x), { name: `${name}.fc1`, units: 2 }), 'swish');
      const opening = nn.dense(squeezed, { name: `${name}.fc2`, units: channels });
      return nn.multiply(nn.activation(unit(name), 'hardSwish'), nn.activation(opening, 'sigmoid'));
    }
    case 'dense-block':
      return nn.concat([x, unit(name, { out: 2 })]);
    case 'shuffle': {
      const half = Math.max(channels >> 1, 1);
      const left = nn.sliceChannels(x, { start: 0, size: half });
      const right = nn.conv2d(nn.sliceChannels(x, { start: channels - half, size: half }), {
        name: `${name}.conv`,
        kernel: 3,
        out: half,
      });
      return nn.channelShuffle(nn.concat([left, nn.activation(right, 'tanh')]), { groups: 2 });
    }
    case 'next': {
      // eps far above the usual: of one or two channels the variance may be tiny, and rounding would show.
      let y = nn.layerNorm(nn.depthwiseConv2d(x, { name: `${name}.dwconv`, kernel: 3 }), {
        name: `${name}.norm`,
        eps: 1,
      });
      y = nn.activation(nn.dense(y, { name: `${name}.pwconv1`, units: 5, pointwise: true }), 'gelu');
      y = nn.dense(y, { name: `${name}.pwconv2`, units: channels, pointwise: true });
      return nn.add(nn.layerScale(y, { parameter: `${name}.gamma` }), x);
    }
    case 'leaky':
      return nn.leakyRelu(nn.rescale(unit(name), { scale: [0.5], offset: [0.25] }), { slope: 0.1 });
    case 'dead':
      unit(name);
      return x;
  }
}

/** The factors of every dropout of a graph, drawn as the rule says: from seed, step, path and index. */
export function dropoutMasks(graph: Graph, batch: number, seed: number, step: number): Map<string, Array64> {
  const masks = new Map<string, Array64>();
  for (const node of graph.nodes) {
    if (node.op !== 'dropout') continue;
    const { rate, per } = node.attributes;
    const stream = hash32(hashText(node.path) ^ seed, step);
    const shape = per === 'value' ? [batch, ...node.shape] : [batch];
    const factor = (_: unknown, i: number): number => (uniformAt(stream, i) < rate ? 0 : 1 / (1 - rate));
    masks.set(node.path, array64(shape, Array.from({ length: sizeOf(shape) }, factor)));
  }
  return masks;
}
