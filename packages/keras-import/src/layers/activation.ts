import type { ActivationFunction, JsonObject as JsonValues, Shape, Value } from '@convzoo/layers';
import { isObject, own, show } from '../config/json.js';
import type { Converter, Layer } from '../layer.js';
import { type KerasTensor, tensor } from '../tensor.js';
import { elementwiseFunctions, elementwiseOp } from './elementwise-op.js';

/** Keras's names of functions that this project has under one name and with one meaning. */
const FUNCTIONS: Readonly<Record<string, ActivationFunction>> = {
  relu: 'relu',
  relu6: 'relu6',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  swish: 'swish',
  silu: 'swish',
  hard_swish: 'hardSwish',
  hard_silu: 'hardSwish',
  gelu: 'gelu',
};

/** Slope that Keras gives `leaky_relu` where it is named as a function. */
const LEAKY_SLOPE = 0.2;

/** What `activation` names: a function's name, or the object that Keras makes of one that is not its own. */
function functionName(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return undefined;
  const [className, config] = [own(value, 'class_name'), own(value, 'config')];
  if (typeof config === 'string') return config;
  return className === 'function' ? undefined : typeof className === 'string' ? snakeCase(className) : undefined;
}

const snakeCase = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();

/** A value as a tensor, after the activation that the layer names. */
export function activated(layer: Layer, value: Value, shape: Shape = value.shape): KerasTensor {
  const given = layer.settings.raw('activation') ?? 'linear';
  const name = functionName(given);
  return applied(layer, tensor(value, shape), name ?? layer.unsupported(`activation ${show(given)} is not known here`));
}

export const activation: Converter = (layer) => {
  const given = layer.settings.raw('activation');
  const name = functionName(given) ?? layer.unsupported(`activation ${show(given)} is not known here`);
  return applied(layer, layer.input, name, undefined);
};

/** `x` after a function of Keras, in a node called `part` of the layer's. */
export function applied(layer: Layer, x: KerasTensor, name: string, part: string | undefined = name): KerasTensor {
  const node = (fn: ActivationFunction, input: Value): Value =>
    layer.node('activation', { function: fn }, [input], part === undefined ? {} : { part });
  if (name === 'linear') return x;
  if (name === 'softmax') return { ...x, logits: true };
  if (name === 'hard_sigmoid') {
    // Keras 2 has clip(0.2 x + 0.5), which is Keras 3's relu6(x + 3) / 6 of 1.2 x.
    const scaled = layer.context.version === 2 ? affine(layer, x.value, 1.2, 0, 'slope') : x.value;
    return layer.like(x, node('hardSigmoid', scaled));
  }
  if (name === 'leaky_relu') return leaky(layer, x, LEAKY_SLOPE);
  const fn = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (fn !== undefined) return layer.like(x, node(fn, x.value));
  if (elementwiseFunctions.includes(name)) return elementwise(layer, x, { function: name }, part);
  return layer.unsupported(
    `the activation "${name}" has no counterpart; ${[...Object.keys(FUNCTIONS), ...elementwiseFunctions].join(', ')}, hard_sigmoid, leaky_relu, linear and, at the end, softmax have`,
  );
}

function elementwise(layer: Layer, x: KerasTensor, values: JsonValues, part?: string): KerasTensor {
  const attributes = { definition: elementwiseOp, values };
  return layer.like(x, layer.node('custom', attributes, [x.value], part === undefined ? {} : { part }));
}

export const elu: Converter = (layer) =>
  elementwise(layer, layer.input, { function: 'elu', alpha: layer.settings.number('alpha', 1) });

function leaky(layer: Layer, x: KerasTensor, slope: number): KerasTensor {
  if (slope === 0) return layer.like(x, layer.node('activation', { function: 'relu' }, [x.value]));
  return layer.like(x, layer.node('leakyRelu', { slope }, [x.value]));
}

/** `scale * x + offset`. */
function affine(layer: Layer, x: Value, scale: number, offset: number, part?: string): Value {
  return layer.node('rescale', { scale: [scale], offset: [offset] }, [x], part === undefined ? {} : { part });
}

/** The smaller of `x` and a constant: `m - relu(m - x)`. */
export function atMost(layer: Layer, x: Value, most: number): Value {
  const rest = affine(layer, x, -1, most, 'to_limit');
  return affine(layer, layer.node('activation', { function: 'relu' }, [rest], { part: 'below' }), -1, most);
}

/** The larger of `x` and a constant: `m + relu(x - m)`. */
export function atLeast(layer: Layer, x: Value, least: number): Value {
  const rest = affine(layer, x, 1, -least, 'to_limit');
  return affine(layer, layer.node('activation', { function: 'relu' }, [rest], { part: 'above' }), 1, least);
}

export const relu: Converter = (layer) => {
  const { settings, input } = layer;
  settings.refuse('threshold', [0], 'a ReLU that starts elsewhere than at 0 has no counterpart here');
  const slope = settings.number('negative_slope', 0);
  if (!settings.has('max_value')) return leaky(layer, input, slope);
  const most = settings.number('max_value');
  if (most === 6 && slope === 0)
    return layer.like(input, layer.node('activation', { function: 'relu6' }, [input.value]));
  const part = { part: 'rectified' };
  const rectified =
    slope === 0
      ? layer.node('activation', { function: 'relu' }, [input.value], part)
      : layer.node('leakyRelu', { slope }, [input.value], part);
  return layer.like(input, atMost(layer, rectified, most));
};

/** Keras 2 calls the slope alpha. */
export const leakyRelu: Converter = (layer) => {
  const { settings } = layer;
  return leaky(layer, layer.input, settings.number(settings.has('alpha') ? 'alpha' : 'negative_slope', 0.3));
};

/** relu(x) - alpha * relu(-x), with one trained alpha a channel. */
export const prelu: Converter = (layer) => {
  const { settings, input } = layer;
  const x = layer.channelwise(input);
  const channels = input.shape.at(-1) ?? 0;
  const axes = settings.raw('shared_axes');
  const shared = (Array.isArray(axes) ? axes : [axes]).filter((axis) => typeof axis === 'number');
  const others = input.shape.slice(0, -1).map((_, axis) => axis + 1);
  if (!others.every((axis) => input.shape[axis - 1] === 1 || shared.includes(axis))) {
    layer.unsupported('one slope for each pixel has no counterpart; shared_axes=[1, 2] gives one a channel');
  }
  const alpha = layer.param('scale', 'weight', [channels], ['alpha'], {
    kerasShape: [...others.map(() => 1), channels],
  });
  const positive = layer.node('activation', { function: 'relu' }, [x], { part: 'positive' });
  const flipped = affine(layer, x, -1, 0, 'flipped');
  const negative = layer.node('activation', { function: 'relu' }, [flipped], { part: 'negative' });
  const scaled = layer.node('layerScale', {}, [negative], { part: 'scaled', params: [alpha] });
  const back = affine(layer, scaled, -1, 0, 'back');
  return layer.like(input, layer.node('add', { activation: 'linear' }, [positive, back]));
};

export const softmax: Converter = (layer) => {
  const axis = layer.settings.raw('axis') ?? -1;
  if (axis !== -1 && axis !== layer.input.shape.length) layer.unsupported('a softmax over another axis than the last');
  return { ...layer.input, logits: true };
};
