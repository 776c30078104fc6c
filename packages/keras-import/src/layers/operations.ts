import type { Converter, Layer } from '../layer.js';
import { tensor } from '../tensor.js';
import { applied, atLeast, atMost } from './activation.js';
import { add, concatenate, divide, maximum, minimum, multiply, subtract } from './merging.js';
import { globalAveragePooling2d } from './pooling.js';

// Functions that were called on tensors in between layers: `x + 3.0` is `TFOpLambda` of `__operators__.add` in Keras 2 and
// `keras.src.ops.numpy.Add` in Keras 3.

const functionOf =
  (name: string): Converter =>
  (layer) =>
    applied(layer, layer.input, name, undefined);

/** Mean over height and width; other means have no counterpart. */
const mean: Converter = (layer) => {
  const given = layer.named.get('axis') ?? layer.settings.raw('axis');
  const keep = layer.named.get('keepdims') ?? layer.settings.raw('keepdims');
  const axes = (Array.isArray(given) ? (given as readonly unknown[]) : [given]).map((axis) =>
    typeof axis === 'number' && axis < 0 ? axis + layer.input.shape.length + 1 : axis,
  );
  if (layer.input.shape.length !== 3 || [...axes].sort().join() !== '1,2') {
    return layer.unsupported(`a mean over axis ${JSON.stringify(given)}; one over height and width has a counterpart`);
  }
  const { value } = globalAveragePooling2d(layer);
  return keep === true ? tensor(value, [1, 1, ...value.shape]) : tensor(value);
};

const clip: Converter = (layer) => {
  const bound = (...names: readonly string[]): number => {
    for (const name of names) {
      const value = layer.named.get(name) ?? layer.settings.raw(name);
      if (typeof value === 'number') return value;
    }
    return layer.unsupported(`its ${names[0]} is no number`);
  };
  const [least, most] = [bound('clip_value_min', 'x_min'), bound('clip_value_max', 'x_max')];
  const { input } = layer;
  if (least === 0 && most === 6) return functionOf('relu6')(layer);
  return layer.like(input, atMost(layer, atLeast(layer, input.value, least), most));
};

/** By the last part of a function's name. */
const operations: Readonly<Record<string, Converter>> = {
  add,
  add_v2: add,
  subtract,
  sub: subtract,
  multiply,
  mul: multiply,
  divide,
  truediv: divide,
  true_divide: divide,
  maximum,
  minimum,
  concat: concatenate,
  concatenate,
  reduce_mean: mean,
  mean,
  clip,
  clip_by_value: clip,
  relu: functionOf('relu'),
  relu6: functionOf('relu6'),
  sigmoid: functionOf('sigmoid'),
  tanh: functionOf('tanh'),
  silu: functionOf('silu'),
  swish: functionOf('silu'),
  hard_silu: functionOf('hard_silu'),
  hard_swish: functionOf('hard_swish'),
  softmax: functionOf('softmax'),
};

/** What is done, in Keras 2's name (`math.multiply`) or Keras 3's class (`TrueDivide`). */
export const operation: Converter = (layer: Layer) => {
  const { className, config } = layer.config;
  const given = className === 'TFOpLambda' ? layer.settings.text('function') : className;
  const last = given.slice(given.lastIndexOf('.') + 1);
  const name = last.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const convert = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (convert !== undefined) return convert(layer);
  const known = Object.keys(operations).join(', ');
  return layer.unsupported(
    `it calls ${given}${className === 'TFOpLambda' ? ` as ${String(config['name'])}` : ''}; of functions between layers these have a counterpart: ${known}`,
  );
};
