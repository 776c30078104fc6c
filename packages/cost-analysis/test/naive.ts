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
      const units = paramOf(node, 'kernel')!.shape[1]!;
      for (let o = 0; o < units; o++) {
        outputs++;
        for (let i = 0; i < height; i++) macs++;
        if (paramOf(node, 'bias') !== undefined) elementwise++;
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
    case 'add': {
      const values = height * width * channels;
      for (let i = 0; i < values; i++) {
        outputs++;
        if (node.op === 'batchNorm' || (node.op === 'activation' && node.attributes.function === 'relu6'))
          elementwise += 2;
        else elementwise++;
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
