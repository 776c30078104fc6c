import { type AnyNode, type Graph, nodeAt, type Padding, paramOf, type Shape } from '@convzoo/layers';

/** What a node computes, found by walking over every output and every value that it reads, one at a time. */
export interface Tally {
  readonly outputs: number;
  readonly macs: number;
  readonly elementwise: number;
}

/** First row or column of each window: slides from the leading padding for as long as a window fits. */
function starts(
  extent: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: Padding,
  leading: 0 | 3,
  ceil: boolean,
) {
  const reach = (kernel - 1) * dilation + 1;
  let before: number;
  let after: number;
  if (padding === 'same') {
    let total = 0;
    const wanted = Math.ceil(extent / stride);
    const fitting = (room: number) => (room < reach ? 0 : Math.floor((room - reach) / stride) + 1);
    while (fitting(extent + total) < wanted) total++;
    before = Math.floor(total / 2);
    after = total - before;
  } else {
    before = padding[leading];
    after = padding[leading === 0 ? 2 : 1];
  }
  const result: number[] = [];
  for (let at = -before; ; at += stride) {
    // In ceil mode a window may hang over the end while there is something left to see and it starts before the end.
    const done = result.length > 0 && at - stride + reach >= extent + after;
    const there = ceil ? !done && at < extent : at + reach <= extent + after;
    if (!there) return result;
    result.push(at);
  }
}

/** Operations of one element, counted in the formulas of the ops. */
function operations(node: AnyNode): number {
  switch (node.op) {
    case 'activation': {
      const formulas = {
        relu: 'max(x 0)',
        relu6: 'min(max(x 0) 6)',
        sigmoid: '1 / (1 + exp(-x))',
        tanh: '1 - 2 / (1 + exp(2 * x))',
        hardSigmoid: 'min(max(x + 3 0) 6) / 6',
        swish: 'x * 1 / (1 + exp(-x))',
        hardSwish: 'x * min(max(x + 3 0) 6) / 6',
        gelu: 'x * (1 + erf(x * 0.7071)) / 2',
      };
      return formulas[node.attributes.function].match(/max|min|exp|erf|[-+*/]/g)!.length;
    }
    case 'batchNorm':
    case 'leakyRelu':
    case 'rescale':
      return 2;
    case 'channelShuffle':
      return 0;
    default:
      return 1;
  }
}

/** Loops over the outputs of one node. Slow, and nothing in it is a formula. */
export function recount(graph: Graph, node: AnyNode): Tally {
  const shapes = node.inputs.map((id) => nodeAt(graph, id).shape);
  const [height = 1, width = 1, channels = 1]: Shape = shapes[0] ?? [];
  let outputs = 0;
  let macs = 0;
  let elementwise = 0;
  switch (node.op) {
    case 'conv2d': {
      const { strides, dilations, padding, groups } = node.attributes;
      const [rows, columns, , out] = paramOf(node, 'kernel')!.shape as [number, number, number, number];
      const ys = starts(height, rows, strides[0], dilations[0], padding, 0, false);
      const xs = starts(width, columns, strides[1], dilations[1], padding, 3, false);
      for (let o = 0; o < out; o++) {
        for (let i = 0; i < ys.length * xs.length; i++) {
          outputs++;
          for (let tap = 0; tap < rows * columns; tap++) {
            for (let c = 0; c < channels; c++) {
              const inGroup = Math.floor(c / (channels / groups)) === Math.floor(o / (out / groups));
              if (inGroup) macs++;
            }
          }
          if (paramOf(node, 'bias') !== undefined) elementwise++;
        }
      }
      break;
    }
    case 'dense': {
      const [features, units] = paramOf(node, 'kernel')!.shape as [number, number];
      const pixels = (height * width * channels) / features;
      for (let o = 0; o < pixels * units; o++) {
        outputs++;
        for (let i = 0; i < features; i++) macs++;
        if (paramOf(node, 'bias') !== undefined) elementwise++;
      }
      break;
    }
    case 'layerNorm': {
      const values = shapes[0]!.at(-1)!;
      for (let pixel = 0; pixel < (height * width * channels) / values; pixel++) {
        // Mean and variance: additions and one scaling each; between them differences and squares.
        for (let c = 1; c < values; c++) elementwise += 2;
        elementwise += 2;
        for (let c = 0; c < values; c++) {
          outputs++;
          elementwise += 3 + node.params.length;
        }
      }
      break;
    }
    case 'concat': {
      for (const { length, ...shape } of shapes) {
        let size = 1;
        for (let axis = 0; axis < length; axis++) size *= shape[axis]!;
        for (let i = 0; i < size; i++) outputs++;
      }
      break;
    }
    case 'sliceChannels': {
      for (let pixel = 0; pixel < height * width; pixel++) {
        for (let c = 0; c < node.attributes.size; c++) outputs++;
      }
      break;
    }
    case 'maxPool':
    case 'avgPool': {
      const { size, strides, padding, ceilMode } = node.attributes;
      const ys = starts(height, size[0], strides[0], 1, padding, 0, ceilMode);
      const xs = starts(width, size[1], strides[1], 1, padding, 3, ceilMode);
      for (let i = 0; i < ys.length * xs.length * channels; i++) {
        outputs++;
        // The first value of a window is taken as it is, each further one is compared or added.
        for (let tap = 1; tap < size[0] * size[1]; tap++) elementwise++;
        if (node.op === 'avgPool' && size[0] * size[1] > 1) elementwise++;
      }
      break;
    }
    case 'adaptiveAvgPool': {
      const [rows, columns] = node.attributes.size;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          // A row y belongs to bin i where the two half-open intervals overlap.
          let values = 0;
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const inRow = y * rows < (i + 1) * height && (y + 1) * rows > i * height;
              const inColumn = x * columns < (j + 1) * width && (x + 1) * columns > j * width;
              if (inRow && inColumn) values++;
            }
          }
          outputs += channels;
          if (values > 1) elementwise += channels * values;
        }
      }
      break;
    }
    case 'globalAvgPool': {
      for (let c = 0; c < channels; c++) {
        outputs++;
        for (let i = 1; i < height * width; i++) elementwise++;
        if (height * width > 1) elementwise++;
      }
      break;
    }
    case 'batchNorm':
    case 'activation':
    case 'leakyRelu':
    case 'add':
    case 'multiply':
    case 'layerScale':
    case 'rescale':
    case 'channelShuffle': {
      const values = height * width * channels;
      for (let i = 0; i < values; i++) {
        outputs++;
        elementwise += operations(node);
      }
      break;
    }
    case 'zeroPad': {
      const [top, right, bottom, left] = node.attributes.spatial;
      const [front, back] = node.attributes.channels;
      for (let y = -top; y < height + bottom; y++) {
        for (let x = -left; x < width + right; x++) {
          for (let c = -front; c < channels + back; c++) outputs++;
        }
      }
      break;
    }
    default:
      break;
  }
  return { outputs, macs, elementwise };
}
