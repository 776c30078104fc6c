import { sameShape, type Value } from '@convzoo/layers';
import { type Converter, isTensor, type Layer, type Operand } from '../layer.js';
import { isPixel, type KerasTensor, tensor } from '../tensor.js';
import { atLeast, atMost } from './activation.js';

/** Numbers of a constant, one or one a channel; brackets around it do not count, as its extents must be 1. */
function affineBy(layer: Layer, x: KerasTensor, scale: readonly number[], offset: readonly number[]): KerasTensor {
  return layer.like(x, layer.node('rescale', { scale, offset }, [layer.channelwise(x)]));
}

const negated = (numbers: readonly number[]): readonly number[] => numbers.map((number) => -number);

/** `x - y`, both tensors. */
function difference(layer: Layer, x: Value, y: Value): Value {
  const minus = layer.node('rescale', { scale: [-1], offset: [0] }, [y], { part: 'minus' });
  return layer.node('add', { activation: 'linear' }, [x, minus], { part: 'difference' });
}

const rectified = (layer: Layer, x: Value): Value =>
  layer.node('activation', { function: 'relu' }, [x], { part: 'positive' });

const sum = (layer: Layer, x: Value, y: Value): Value => layer.node('add', { activation: 'linear' }, [x, y]);

/** Two tensors whose numbers must lie alike. */
function together(layer: Layer, x: KerasTensor, y: KerasTensor): readonly [Value, Value] {
  if (!sameShape(x.shape, y.shape)) {
    layer.unsupported(
      `its inputs have shapes ${x.shape.join('x')} and ${y.shape.join('x')}, and only multiplication spreads one over the other here`,
    );
  }
  if (sameShape(x.value.shape, y.value.shape)) return [x.value, y.value];
  return isPixel(x.shape) ? [layer.vector(x), layer.vector(y)] : [layer.channelwise(x), layer.channelwise(y)];
}

type Pairing = (layer: Layer, x: Operand, y: Operand) => KerasTensor;

/** All operands, the first two and then what comes of them with the next. */
const folded =
  (pairing: Pairing): Converter =>
  (layer) => {
    const [first, ...others] = layer.operands;
    if (first === undefined) return layer.input;
    const result = others.reduce((x, y) => pairing(layer, x, y), first);
    return isTensor(result) ? result : layer.unsupported('it combines nothing but constants');
  };

const tensors =
  (
    pair: (layer: Layer, x: Value, y: Value) => Value,
  ): ((layer: Layer, x: KerasTensor, y: KerasTensor) => KerasTensor) =>
  (layer, x, y) =>
    layer.like(x, pair(layer, ...together(layer, x, y)));

const addTensors = tensors(sum);

const addTwo: Pairing = (layer, x, y) => {
  if (isTensor(x)) return isTensor(y) ? addTensors(layer, x, y) : affineBy(layer, x, [1], y);
  return isTensor(y) ? affineBy(layer, y, [1], x) : layer.unsupported('it combines nothing but constants');
};

export const add = folded(addTwo);

const subtractTensors = tensors(difference);

export const subtract = folded((layer, x, y) => {
  if (isTensor(x)) return isTensor(y) ? subtractTensors(layer, x, y) : affineBy(layer, x, [1], negated(y));
  return isTensor(y) ? affineBy(layer, y, [-1], x) : layer.unsupported('it combines nothing but constants');
});

export const multiply = folded((layer, x, y) => {
  if (!isTensor(x))
    return isTensor(y) ? affineBy(layer, y, x, [0]) : layer.unsupported('it combines nothing but constants');
  if (!isTensor(y)) return affineBy(layer, x, y, [0]);
  // One value a channel goes second.
  const [map, factor] = isPixel(x.shape) && !isPixel(y.shape) ? [y, x] : [x, y];
  const perChannel =
    isPixel(factor.shape) && factor.shape.at(-1) === map.shape.at(-1) && factor.shape.length === map.shape.length;
  if (!sameShape(map.shape, factor.shape) && !perChannel) {
    layer.unsupported(
      `its inputs have shapes ${x.shape.join('x')} and ${y.shape.join('x')}; one factor a channel (1x1xC) is possible, one a pixel is not`,
    );
  }
  return layer.like(map, layer.node('multiply', {}, [layer.channelwise(map), layer.channelwise(factor)]));
});

export const divide = folded((layer, x, y) => {
  if (!isTensor(x) || isTensor(y)) return layer.unsupported('only division by a constant has a counterpart here');
  return affineBy(
    layer,
    x,
    y.map((number) => 1 / number),
    [0],
  );
});

const bound =
  (other: (layer: Layer, x: KerasTensor, y: KerasTensor) => KerasTensor, limit: typeof atMost): Converter =>
  (layer) =>
    folded((at, x, y) => {
      if (isTensor(x) && isTensor(y)) return other(at, x, y);
      const [map, constant] = isTensor(x) ? [x, y] : [y, x];
      const [value, ...more] = isTensor(constant) ? [] : constant;
      if (!isTensor(map) || value === undefined || more.length > 0)
        return at.unsupported('its limit must be one number');
      return at.like(map, limit(at, map.value, value));
    })(layer);

/** max(x, y) = y + relu(x - y) */
export const maximum = bound(
  tensors((layer, x, y) => sum(layer, y, rectified(layer, difference(layer, x, y)))),
  atLeast,
);

/** min(x, y) = y - relu(y - x) */
export const minimum = bound(
  tensors((layer, x, y) => {
    const over = rectified(layer, difference(layer, y, x));
    return sum(layer, y, layer.node('rescale', { scale: [-1], offset: [0] }, [over], { part: 'back' }));
  }),
  atMost,
);

export const average: Converter = (layer) => {
  const total = add(layer);
  return affineBy(layer, total, [1 / layer.operands.length], [0]);
};

/** Keras counts axes with the batch. */
export const concatenate: Converter = (layer) => {
  const inputs = layer.operands.filter(isTensor);
  const [first] = inputs;
  const axis = layer.settings.raw('axis') ?? layer.named.get('axis') ?? -1;
  if (first === undefined || inputs.length !== layer.operands.length) return layer.unsupported('it joins constants');
  if (axis !== -1 && axis !== first.shape.length)
    layer.unsupported(`it joins along axis ${String(axis)}, and only channels, the last, are joined here`);
  if (inputs.length === 1) return first;
  const channels = inputs.reduce((total, { shape }) => total + (shape.at(-1) ?? 0), 0);
  const asVectors = isPixel(first.shape) && inputs.some(({ value }) => value.shape.length === 1);
  const values = inputs.map((x) => (asVectors ? layer.vector(x) : layer.channelwise(x)));
  const value = layer.node('concat', {}, values);
  return tensor(value, [...first.shape.slice(0, -1), channels]);
};

/** InceptionResNetV2's layer of keras.applications: x + scale * y. */
export const customScale: Converter = (layer) => {
  const [x, y, ...more] = layer.operands;
  if (x === undefined || y === undefined || more.length > 0 || !isTensor(y)) return layer.input;
  const scale = [layer.settings.number('scale')];
  return addTwo(layer, x, layer.like(y, layer.node('rescale', { scale, offset: [0] }, [y.value], { part: 'scaled' })));
};
