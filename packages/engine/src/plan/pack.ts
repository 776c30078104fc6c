import type { Node, Parameters } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { packModule } from '../kernels/pack.js';
import { PANEL } from '../kernels/product.js';
import { type OutputTile, PLANE_GAP, planesOf } from '../kernels/winograd.js';
import type { EngineMemory } from './memory.js';
import { padded } from './value.js';

type PackKernel = (...args: readonly number[]) => void;

/** Raw weights that are in memory at once while they are packed: what a second-level cache holds. */
const STAGE_BYTES = 524_288;
const PANEL_BYTES = 4 * PANEL;

/** Puts kernels into the memory in the form that products read: panels of 8 columns, the last filled up with zeros. */
export class Packer {
  readonly memory: EngineMemory;
  readonly #kernels: Readonly<Record<string, PackKernel>>;

  constructor(memory: EngineMemory, arithmetic: Arithmetic) {
    this.memory = memory;
    const shared = typeof SharedArrayBuffer !== 'undefined' && memory.memory.buffer instanceof SharedArrayBuffer;
    const module = new WebAssembly.Module(packModule(arithmetic, shared));
    const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
    this.#kernels = exports as Record<string, PackKernel>;
  }

  /** `[k, n]` row major into `[ceil(n / 8)][k][8]`. */
  panels(kernel: Float32Array, k: number, n: number): number {
    const panels = Math.ceil(n / PANEL);
    const address = this.memory.reserve(panels * k * PANEL_BYTES);
    this.#chunks(kernel, 1, k, n, (raw, row, rows) =>
      this.#call('panels', raw, panels * PANEL_BYTES, rows, panels, address + row * PANEL_BYTES, k * PANEL_BYTES),
    );
    return address;
  }

  /** `[3, 3, k, n]` into G g G^T, a plane of panels for each product of a tile: `[planes][ceil(n / 8)][k][8]`. */
  winograd(kernel: Float32Array, k: number, n: number, tile: OutputTile): number {
    const panels = Math.ceil(n / PANEL);
    const plane = panels * k * PANEL_BYTES + PLANE_GAP;
    const address = this.memory.reserve(planesOf(tile) * plane);
    this.#chunks(kernel, 9, k, n, (raw, row, rows) => {
      const rowBytes = panels * PANEL_BYTES;
      const target = [address + row * PANEL_BYTES, k * PANEL_BYTES, rows * rowBytes, plane];
      this.#call(`winograd${tile}`, raw, rowBytes, rows, panels, ...target);
    });
    return address;
  }

  #call(name: string, ...args: readonly number[]): void {
    this.#kernels[name]?.(...args);
  }

  /** A kernel `[taps, k, n]`, some rows of each tap at a time, in rows of whole panels behind all that is in memory. */
  #chunks(
    kernel: Float32Array,
    taps: number,
    k: number,
    n: number,
    pack: (raw: number, row: number, rows: number) => void,
  ): void {
    if (this.memory.imagined) return;
    const width = padded(n);
    const most = Math.max(1, Math.floor(STAGE_BYTES / (4 * width * taps)));
    for (let row = 0; row < k; row += most) {
      const rows = Math.min(most, k - row);
      const stage = this.memory.stage(taps * rows * width);
      for (let tap = 0; tap < taps; tap++) {
        const from = (tap * k + row) * n;
        const to = tap * rows * width;
        if (width === n) stage.data.set(kernel.subarray(from, from + rows * n), to);
        else spread(kernel, from, n, stage.data.subarray(to, to + rows * width), width);
      }
      pack(stage.address, row, rows);
    }
  }
}

/** Rows of `n` into rows of `width`, zeros behind them. */
function spread(source: Float32Array, from: number, n: number, target: Float32Array, width: number): void {
  target.fill(0);
  for (let to = 0; to < target.length; to += width) {
    const start = from + (to / width) * n;
    target.set(source.subarray(start, start + n), to);
  }
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

/** The bias, or zeros, filled up to whole panels. */
export function biasOf(node: Node, params: Parameters, outputs: number): Float32Array {
  const bias = new Float32Array(padded(outputs));
  const spec = node.params.find(({ role }) => role === 'bias');
  const values = spec === undefined ? undefined : params.get(spec.path);
  if (values !== undefined) bias.set(values.data);
  return bias;
}
