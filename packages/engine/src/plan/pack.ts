import type { Node, Parameters } from '@convzoo/layers';
import { PANEL } from '../kernels/product.js';
import { padded } from './value.js';

/** `[k, n]` row major into panels of 8 columns, `[ceil(n / 8)][k][8]`, the last filled up with zeros. */
export function packPanels(kernel: Float32Array, k: number, n: number): Float32Array {
  const panels = Math.ceil(n / PANEL);
  const packed = new Float32Array(panels * k * PANEL);
  for (let panel = 0; panel < panels; panel++) {
    const columns = Math.min(PANEL, n - panel * PANEL);
    for (let row = 0; row < k; row++) {
      const [to, from] = [(panel * k + row) * PANEL, row * n + panel * PANEL];
      for (let column = 0; column < columns; column++) packed[to + column] = kernel[from + column] ?? 0;
    }
  }
  return packed;
}

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

/**
 * G g of F(4x4, 3x3) (Lavin & Gray 2015): six values of the three at `from`, `step` apart, to `to`, `step` apart too.
 */
function kernelTransform(values: Float64Array, from: number, to: number, step: number, result: Float64Array): void {
  const g0 = values[from] as number;
  const g1 = values[from + step] as number;
  const g2 = values[from + 2 * step] as number;
  const outer = (g0 + g2) / 6;
  const near = g0 / 24 + g2 / 6;
  result[to] = g0 / 4;
  result[to + step] = -outer - g1 / 6;
  result[to + 2 * step] = g1 / 6 - outer;
  result[to + 3 * step] = near + g1 / 12;
  result[to + 4 * step] = near - g1 / 12;
  result[to + 5 * step] = g2;
}

/** `[3, 3, in, out]` into G g G^T, 36 planes of panels: `[36][ceil(out / 8)][in][8]`. Computed in float64. */
export function transformWinograd(kernel: Float32Array, inputs: number, outputs: number): Float32Array {
  const panels = Math.ceil(outputs / PANEL);
  const plane = panels * inputs * PANEL;
  const transformed = new Float32Array(36 * plane);
  const pairs = inputs * outputs;
  const [taps, half, whole] = [new Float64Array(9), new Float64Array(18), new Float64Array(36)];
  for (let panel = 0; panel < panels; panel++) {
    const columns = Math.min(PANEL, outputs - panel * PANEL);
    for (let c = 0; c < inputs; c++) {
      const from = c * outputs + panel * PANEL;
      const to = (panel * inputs + c) * PANEL;
      for (let o = 0; o < columns; o++) {
        for (let tap = 0; tap < 9; tap++) taps[tap] = kernel[tap * pairs + from + o] as number;
        // Columns of the kernel first: [3][3] to [6][3], then its rows: to [6][6].
        for (let x = 0; x < 3; x++) kernelTransform(taps, x, x, 3, half);
        for (let y = 0; y < 6; y++) kernelTransform(half, 3 * y, 6 * y, 1, whole);
        for (let e = 0; e < 36; e++) transformed[e * plane + to + o] = whole[e] as number;
      }
    }
  }
  return transformed;
}

/** The bias, or zeros, filled up to whole panels. */
export function biasOf(node: Node, params: Parameters, outputs: number): Float32Array {
  const bias = new Float32Array(padded(outputs));
  const spec = node.params.find(({ role }) => role === 'bias');
  const values = spec === undefined ? undefined : params.get(spec.path);
  if (values !== undefined) bias.set(values.data);
  return bias;
}
