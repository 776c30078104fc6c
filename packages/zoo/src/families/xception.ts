import { Builder, type Graph, type Value } from '@convzoo/layers';
import { classCount, inputShape, type NetworkOptions } from '../options.js';

/** Keras's defaults; its momentum of 0.99 is 0.01 in this project's meaning. */
const NORM = { eps: 1e-3, momentum: 0.01 } as const;

/** Modules of the entry flow (figure 5), of two separable convolutions each. */
const ENTRY = [128, 256, 728] as const;
/** Repetitions of the middle flow's module. */
const MIDDLE = 8;

interface ModuleOptions {
  /** Channels of the separable convolutions. */
  readonly widths: readonly number[];
  /** Halves the map by a max pool, with a projection on the shortcut. */
  readonly reduces: boolean;
}

/**
 * Xception (Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2016, figure 5; Keras
 * `applications/xception.py`) for 299x299. A separable convolution has no norm between its halves; only where the network
 * pools is padding TensorFlow's. Taps: `block1` .. `block14`, `avgpool`.
 */
export function xception(options: NetworkOptions = {}): Graph {
  const nn = new Builder(options.name ?? 'xception');
  let x = nn.input(inputShape(options.input, 299));
  const block = (index: number, build: (x: Value) => Value): void => {
    x = nn.module(`block${index}`, () => build(x));
  };
  block(1, (y) => stemUnit(nn, stemUnit(nn, y, 'conv1', 32, 2), 'conv2', 64, 1));
  ENTRY.forEach((out, i) => {
    // What comes in to the first of them has its ReLU already.
    block(i + 2, (y) => separableModule(nn, y, { widths: [out, out], reduces: true }, i > 0));
  });
  for (let i = 0; i < MIDDLE; i++) {
    block(i + 5, (y) => separableModule(nn, y, { widths: [728, 728, 728], reduces: false }));
  }
  block(13, (y) => separableModule(nn, y, { widths: [728, 1024], reduces: true }));
  block(14, (y) => {
    const wide = nn.activation(separable(nn, y, 'sepconv1', 1536), 'relu', { name: 'sepconv1_act' });
    return nn.activation(separable(nn, wide, 'sepconv2', 2048), 'relu', { name: 'sepconv2_act' });
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'fc', units: classCount(options.classes, 1000) }));
}

function stemUnit(nn: Builder, x: Value, name: string, out: number, stride: number): Value {
  const y = nn.conv2d(x, { name, out, kernel: 3, stride, padding: 'valid' });
  return nn.activation(nn.batchNorm(y, { ...NORM, name: `${name}_bn` }), 'relu', { name: `${name}_act` });
}

/** Separable convolutions, each after its ReLU, around them a shortcut: the identity or a projection. */
function separableModule(nn: Builder, x: Value, { widths, reduces }: ModuleOptions, activateFirst = true): Value {
  let y = x;
  widths.forEach((out, i) => {
    const name = `sepconv${i + 1}`;
    if (i > 0 || activateFirst) y = nn.activation(y, 'relu', { name: `${name}_act` });
    y = separable(nn, y, name, out);
  });
  if (!reduces) return nn.add(y, x);
  y = nn.maxPool(y, { name: 'pool', size: 3, stride: 2, padding: 'same' });
  const shortcut = nn.scope('shortcut', () => {
    const out = widths.at(-1) ?? 0;
    const projected = nn.conv2d(x, { name: 'conv', out, kernel: 1, stride: 2, padding: 'same' });
    return nn.batchNorm(projected, { ...NORM, name: 'bn' });
  });
  return nn.add(y, shortcut);
}

function separable(nn: Builder, x: Value, name: string, out: number): Value {
  const y = nn.scope(name, () => {
    const depthwise = nn.depthwiseConv2d(x, { name: 'depthwise', kernel: 3 });
    return nn.conv2d(depthwise, { name: 'pointwise', out, kernel: 1 });
  });
  return nn.batchNorm(y, { ...NORM, name: `${name}_bn` });
}
