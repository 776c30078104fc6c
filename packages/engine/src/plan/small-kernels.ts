import type { Node, Parameters } from '@convzoo/layers';
import { PANEL } from '../kernels/tiles.js';
import { padded } from './value.js';

/** The weights of 8 output channels, and which input channels they read. */
interface GroupPanel {
  readonly data: Float32Array;
  readonly from: number;
  readonly channels: number;
}

/** A grouped kernel `[taps, in / groups, out]`: each panel reads the channels of all groups that it has outputs of. */
export function packGroups(
  kernel: Float32Array,
  { taps, perGroup, outputs, groups }: { taps: number; perGroup: number; outputs: number; groups: number },
): readonly GroupPanel[] {
  const outputsOfGroup = outputs / groups;
  return Array.from({ length: Math.ceil(outputs / PANEL) }, (_, panel) => {
    const [start, end] = [panel * PANEL, Math.min(outputs, (panel + 1) * PANEL)];
    const from = Math.floor(start / outputsOfGroup) * perGroup;
    const channels = (Math.floor((end - 1) / outputsOfGroup) + 1) * perGroup - from;
    const data = new Float32Array(taps * channels * PANEL);
    for (let tap = 0; tap < taps; tap++) {
      for (let output = start; output < end; output++) {
        const offset = Math.floor(output / outputsOfGroup) * perGroup - from;
        for (let c = 0; c < perGroup; c++) {
          const value = kernel[(tap * perGroup + c) * outputs + output] ?? 0;
          data[(tap * channels + offset + c) * PANEL + (output - start)] = value;
        }
      }
    }
    return { data, from, channels };
  });
}

/** `[taps, channels]` into `[channels / 4][bias, taps][4]`. */
export function packDepthwise(kernel: Float32Array, bias: Float32Array, channels: number): Float32Array {
  const taps = kernel.length / channels;
  const packed = new Float32Array(padded(channels) * (taps + 1));
  for (let c = 0; c < channels; c++) {
    const at = (c >> 2) * (taps + 1) * 4 + (c & 3);
    packed[at] = bias[c] ?? 0;
    for (let tap = 0; tap < taps; tap++) packed[at + 4 * (tap + 1)] = kernel[tap * channels + c] ?? 0;
  }
  return packed;
}

/** `[matrices, k, n]` into `[matrices][ceil(n / 8)][k][8]`: small kernels that are evaluated here. */
export function packMatrices(values: Float32Array, k: number, n: number): Float32Array {
  const matrices = values.length / (k * n);
  const width = padded(n);
  const packed = new Float32Array(matrices * k * width);
  for (let row = 0; row < matrices * k; row++) {
    const matrix = Math.floor(row / k);
    for (let column = 0; column < n; column++) {
      const panel = (matrix * width) / PANEL + (column >> 3);
      packed[(panel * k + (row % k)) * PANEL + (column & 7)] = values[row * n + column] ?? 0;
    }
  }
  return packed;
}

/** The bias, or zeros, filled up to whole panels. */
export function biasOf(node: Node, params: Parameters, outputs: number): Float32Array {
  const bias = new Float32Array(padded(outputs));
  const spec = node.params.find(({ role }) => role === 'bias');
  const values = spec === undefined ? undefined : params.get(spec.path);
  if (values !== undefined) bias.set(values.data);
  return bias;
}
