import {
  type CustomOp,
  defineOp,
  type Float32Tensor,
  float32Tensor,
  type JsonObject,
  type Shape,
  sizeOf,
  violation,
} from '@convzoo/layers';
import { elementwiseOp } from './elementwise-op.js';

/** Four whole numbers, or two, out of an op's values, which may come from a JSON file. */
function wholeNumbers(values: JsonObject, name: string, count: number, least: number): readonly number[] {
  const given = values[name];
  const numbers = Array.isArray(given) ? (given as readonly unknown[]) : [];
  if (numbers.length !== count || !numbers.every((n): n is number => Number.isSafeInteger(n) && Number(n) >= least)) {
    return violation(`${name} must be ${count} whole numbers of at least ${least}, got ${JSON.stringify(given)}`);
  }
  return numbers;
}

function mapOf([shape]: readonly Shape[]): readonly [number, number, number] {
  const [height, width, channels] = shape ?? [];
  if (shape?.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    return violation(`needs a map [height, width, channels], got ${shape?.join('x') ?? 'nothing'}`);
  }
  return [height, width, channels];
}

function onlyOf([first]: readonly Float32Tensor[]): Float32Tensor {
  return first ?? violation('needs an input');
}

/** Calls `move(a, b, channels)` for the first value of each pixel: `at` says which of the larger map is pixel y, x. */
function eachPixel(
  small: Shape,
  large: Shape,
  at: (y: number, x: number) => readonly [number, number],
  move: (small: number, large: number, channels: number) => void,
): void {
  const [batch = 1, height = 1, width = 1, channels = 1] = small;
  const [, bigHeight = 1, bigWidth = 1] = large;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [v, u] = at(y, x);
        move(((n * height + y) * width + x) * channels, ((n * bigHeight + v) * bigWidth + u) * channels, channels);
      }
    }
  }
}

function cropped(shape: Shape, values: JsonObject): Shape {
  const [top = 0, right = 0, bottom = 0, left = 0] = wholeNumbers(values, 'cut', 4, 0);
  const [height = 0, width = 0, channels = 0] = shape;
  return [height - top - bottom, width - left - right, channels];
}

function cropPlaces(values: JsonObject): (y: number, x: number) => readonly [number, number] {
  const [top = 0, , , left = 0] = wholeNumbers(values, 'cut', 4, 0);
  return (y, x) => [y + top, x + left];
}

/** Keras's Cropping2D (NASNet): `cut` rows and columns fewer at the top, right, bottom and left. */
export const cropOp: CustomOp = defineOp({
  name: 'keras.crop',
  shape({ inputs, values }) {
    const shape = cropped(mapOf(inputs), values);
    return shape.every((extent) => extent > 0) ? shape : violation(`nothing is left of ${inputs[0]?.join('x')}`);
  },
  macs: () => 0,
  compute(inputs, _, values) {
    const { shape, data } = onlyOf(inputs);
    const result = [shape[0] ?? 1, ...cropped(shape.slice(1), values)];
    const out = new Float32Array(sizeOf(result));
    eachPixel(result, shape, cropPlaces(values), (to, from, n) => out.set(data.subarray(from, from + n), to));
    return float32Tensor(result, out);
  },
  gradient(gradient, inputs, _, values) {
    const { shape } = onlyOf(inputs);
    const out = new Float32Array(sizeOf(shape));
    eachPixel(gradient.shape, shape, cropPlaces(values), (from, to, n) =>
      out.set(gradient.data.subarray(from, from + n), to),
    );
    return { inputs: [float32Tensor(shape, out)], params: [] };
  },
});

/** Keras's UpSampling2D by the nearest: every pixel `size` times, in height and in width. */
export const upsampleOp: CustomOp = defineOp({
  name: 'keras.upsample',
  shape({ inputs, values }) {
    const [height, width, channels] = mapOf(inputs);
    const [rows = 1, columns = 1] = wholeNumbers(values, 'size', 2, 1);
    return [height * rows, width * columns, channels];
  },
  macs: () => 0,
  compute(inputs, _, values) {
    const { shape, data } = onlyOf(inputs);
    const [batch = 1, height = 1, width = 1, channels = 1] = shape;
    const [rows = 1, columns = 1] = wholeNumbers(values, 'size', 2, 1);
    const result = [batch, height * rows, width * columns, channels];
    const out = new Float32Array(sizeOf(result));
    eachPixel(result, shape, nearest(rows, columns), (to, from, n) => out.set(data.subarray(from, from + n), to));
    return float32Tensor(result, out);
  },
  gradient(gradient, inputs, _, values) {
    const { shape } = onlyOf(inputs);
    const [rows = 1, columns = 1] = wholeNumbers(values, 'size', 2, 1);
    const out = new Float32Array(sizeOf(shape));
    eachPixel(gradient.shape, shape, nearest(rows, columns), (from, to, n) => {
      for (let c = 0; c < n; c++) out[to + c] = (out[to + c] ?? 0) + (gradient.data[from + c] ?? 0);
    });
    return { inputs: [float32Tensor(shape, out)], params: [] };
  },
});

const nearest =
  (rows: number, columns: number) =>
  (y: number, x: number): readonly [number, number] => [Math.floor(y / rows), Math.floor(x / columns)];

/** For `graphFromJson`: the ops that imported graphs may have beside the vocabulary. */
export const kerasOps: readonly CustomOp[] = [cropOp, upsampleOp, elementwiseOp];
