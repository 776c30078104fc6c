import { discardValues, type Float32Tensor, freeArray, originOf } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { encodeHalves, HALF_PANEL_BYTES, TOO_LARGE } from '../kernels/half.js';
import { packModule } from '../kernels/pack.js';
import { PANEL } from '../kernels/tiles.js';
import { type EarlyWinogradKernel, PLANE_GAP, weightPlanesOf, winogradForms } from '../kernels/winograd-forms.js';
import type { EngineMemory } from './memory.js';
import { padded } from './value.js';
import { copyRows, halvesOf, holderOf, hostBytes, weightSource } from './weight-source.js';

type PackKernel = (...args: readonly number[]) => void;

/** Raw weights that are in memory at once while they are packed: what a second-level cache holds. */
const STAGE_BYTES = 524_288;
const PANEL_BYTES = 4 * PANEL;

/** Panels whose form is known when they are packed: halves, unless a number is too large for their kernel. */
export interface MaybeHalfPanels {
  address: number;
  half: boolean;
}

/** A kernel that is yet to be packed into a place that it has. */
interface Job {
  readonly kernel: Float32Tensor;
  readonly address: number;
  readonly bytes: number;
  /** How it lies there. */
  readonly form: string;
  readonly pack: () => void;
}

/**
 * Puts kernels into the memory in the form that products read: panels of 8 columns, the last filled up with zeros. Places are given
 * at once, so a plan can be made; `pack` fills them.
 */
export class Packer {
  readonly memory: EngineMemory;
  readonly #kernels: Readonly<Record<string, PackKernel>>;
  readonly #jobs: Job[] = [];
  /** Of its kernels: what it does to weights. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Whether every kernel is in the form and the place that it was given first. */
  inPlace = true;

  readonly #leastHalf: number;

  /** `leastHalf`: values of a dense kernel from which on halves stay halves. */
  constructor(memory: EngineMemory, arithmetic: Arithmetic, leastHalf: number) {
    this.memory = memory;
    this.#leastHalf = leastHalf;
    const shared = typeof SharedArrayBuffer !== 'undefined' && memory.memory.buffer instanceof SharedArrayBuffer;
    this.code = packModule(arithmetic, shared);
    const module = new WebAssembly.Module(this.code);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
    this.#kernels = exports as Record<string, PackKernel>;
  }

  /** `[k, n]` row major into `[ceil(n / 8)][k][8]`. */
  panels(kernel: Float32Tensor, k: number, n: number): number {
    return this.#later('panels', kernel, Math.ceil(n / PANEL) * k * PANEL_BYTES, (address) =>
      this.#packPanels(kernel, k, n, address),
    );
  }

  /** `[k, n]` as `panels` has it, but in half precision where the kernel is of that, and large enough for it to pay. */
  halfPanels(kernel: Float32Tensor, k: number, n: number): MaybeHalfPanels {
    const read = halvesOf(kernel);
    if (read === undefined || k * n < this.#leastHalf) return { address: this.panels(kernel, k, n), half: false };
    const panels: MaybeHalfPanels = { address: 0, half: true };
    panels.address = this.#later('halfPanels', kernel, Math.ceil(n / PANEL) * k * HALF_PANEL_BYTES, (address) => {
      const halves = read();
      panels.half = this.#packHalves(halves, k, n, address);
      freeArray(halves);
      if (panels.half) return;
      // One number in millions: the place stays empty.
      this.inPlace = false;
      panels.address = this.memory.reserve(Math.ceil(n / PANEL) * k * PANEL_BYTES);
      this.#packPanels(kernel, k, n, panels.address);
    });
    return panels;
  }

  /** `[k, n]`, both multiples of 16, into its quarters, each as panels: `[2][2][n / 16][k / 2][8]`. */
  quarters(kernel: Float32Tensor, k: number, n: number): number {
    const panels = n / (2 * PANEL);
    return this.#later('quarters', kernel, 4 * k * n, (address) =>
      this.#chunks(kernel, 2, k / 2, n, (raw, row, rows) => {
        for (const quarter of [0, 1, 2, 3]) {
          const [bottom, right] = [quarter >> 1, quarter & 1];
          const from = raw + bottom * rows * 4 * n + right * panels * PANEL_BYTES;
          const to = address + quarter * k * n + row * PANEL_BYTES;
          this.#call('panels', from, 4 * n, rows, panels, to, (k / 2) * PANEL_BYTES);
        }
      }),
    );
  }

  /** `[taps, k, n]`, each tap as panels: `[taps][ceil(n / 8)][k][8]`. */
  taps(kernel: Float32Tensor, taps: number, k: number, n: number): number {
    const panels = Math.ceil(n / PANEL);
    const [rowBytes, panelBytes] = [panels * PANEL_BYTES, k * PANEL_BYTES];
    return this.#later('taps', kernel, taps * panels * panelBytes, (address) =>
      this.#chunks(kernel, taps, k, n, (raw, row, rows) => {
        for (let tap = 0; tap < taps; tap++) {
          const to = address + tap * panels * panelBytes + row * PANEL_BYTES;
          this.#call('panels', raw + tap * rows * rowBytes, rowBytes, rows, panels, to, panelBytes);
        }
      }),
    );
  }

  /** `[3, 3, k, n]` into G g G^T, a plane of panels for each evaluation of the taps: `[planes][ceil(n / 8)][k][8]`. */
  winograd(kernel: Float32Tensor, k: number, n: number, name: EarlyWinogradKernel): number {
    const panels = Math.ceil(n / PANEL);
    const plane = panels * k * PANEL_BYTES + PLANE_GAP;
    return this.#later(name, kernel, weightPlanesOf(winogradForms[name]) * plane, (address) =>
      this.#chunks(kernel, 9, k, n, (raw, row, rows) => {
        const rowBytes = panels * PANEL_BYTES;
        const target = [address + row * PANEL_BYTES, k * PANEL_BYTES, rows * rowBytes, plane];
        this.#call(name, raw, rowBytes, rows, panels, ...target);
      }),
    );
  }

  /** Bytes of all places, whole multiples of 32. */
  get bytes(): number {
    return this.#jobs.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What lies in each place, for a name of them all. */
  get forms(): readonly (readonly [string, number])[] {
    return this.#jobs.map(({ form, bytes }) => [form, bytes]);
  }

  /** Fills all places. `consume` frees each kernel on the host as soon as nobody needs it. */
  pack({ consume = false }: { readonly consume?: boolean | undefined } = {}): void {
    // The largest first: while it is held twice the others are not yet.
    const jobs = this.#jobs.toSorted((a, b) => hostBytes(b.kernel) - hostBytes(a.kernel));
    const readers = new Map<object, number>();
    for (const { kernel } of jobs) {
      const held = heldBy(holderOf(kernel));
      readers.set(held, (readers.get(held) ?? 0) + 1);
    }
    for (const { kernel, pack } of jobs) {
      pack();
      const holder = holderOf(kernel);
      const held = heldBy(holder);
      const left = (readers.get(held) ?? 0) - 1;
      readers.set(held, left);
      if (left === 0) release(holder, consume);
    }
  }

  /** Leaves the places as they are, filled by somebody else. */
  skip({ consume = false }: { readonly consume?: boolean | undefined } = {}): void {
    for (const { kernel } of this.#jobs) release(holderOf(kernel), consume);
  }

  /** The places as bytes, until the memory grows. */
  views(): readonly Uint8Array[] {
    return this.#jobs.map(({ address, bytes }) => new Uint8Array(this.memory.memory.buffer, address, bytes));
  }

  /** Eight numbers that tell whether the places hold what they held. */
  checksum(): Int32Array {
    const { address } = this.memory.stage(8);
    this.memory.ints(address, 8).fill(0);
    for (const job of this.#jobs) this.#call('checksum', job.address, job.bytes, address);
    return this.memory.ints(address, 8).slice();
  }

  #later(form: string, kernel: Float32Tensor, size: number, pack: (address: number) => void): number {
    const bytes = 32 * Math.ceil(size / 32);
    const address = this.memory.reserve(bytes);
    if (!this.memory.imagined && bytes > 0)
      this.#jobs.push({ kernel, address, bytes, form, pack: () => pack(address) });
    return address;
  }

  #packPanels(kernel: Float32Tensor, k: number, n: number, address: number): void {
    const panels = Math.ceil(n / PANEL);
    this.#chunks(kernel, 1, k, n, (raw, row, rows) =>
      this.#call('panels', raw, panels * PANEL_BYTES, rows, panels, address + row * PANEL_BYTES, k * PANEL_BYTES),
    );
  }

  /** Whether all numbers are small enough; else what is written is of no use. */
  #packHalves(halves: Uint16Array, k: number, n: number, address: number): boolean {
    const width = padded(n);
    const most = Math.max(1, Math.floor(STAGE_BYTES / (2 * width)));
    let seen = 0;
    for (let row = 0; row < k; row += most) {
      const rows = Math.min(most, k - row);
      const stage = this.memory.stage((rows * width) / 2);
      const target = new Uint16Array(stage.data.buffer, stage.address, rows * width);
      if (width !== n) target.fill(0);
      for (let i = 0; i < rows; i++) seen |= encodeHalves(halves, (row + i) * n, n, target, i * width);
      if ((seen & TOO_LARGE) !== 0) return false;
      const to = address + row * HALF_PANEL_BYTES;
      this.#call('halfPanels', stage.address, 2 * width, rows, width / PANEL, to, k * HALF_PANEL_BYTES);
    }
    return true;
  }

  #call(name: string, ...args: readonly number[]): void {
    this.#kernels[name]?.(...args);
  }

  /** A kernel `[taps, k, n]`, some rows of each tap at a time, in rows of whole panels behind all that is in memory. */
  #chunks(
    kernel: Float32Tensor,
    taps: number,
    k: number,
    n: number,
    pack: (raw: number, row: number, rows: number) => void,
  ): void {
    const { values, factors } = weightSource(kernel);
    const width = padded(n);
    const most = Math.max(1, Math.floor(STAGE_BYTES / (4 * width * taps)));
    for (let row = 0; row < k; row += most) {
      const rows = Math.min(most, k - row);
      const stage = this.memory.stage((taps * rows + 2) * width);
      const { address } = stage;
      const data = stage.data.subarray(0, taps * rows * width);
      if (width !== n) data.fill(0);
      for (let tap = 0; tap < taps; tap++) {
        const from = (tap * k + row) * n;
        copyRows(values, { from, rows, n }, data.subarray(tap * rows * width), width);
      }
      if (factors !== undefined) this.#scale(factors, address, taps * rows, width);
      pack(address, row, rows);
    }
  }

  /** Rows at the beginning of the stage, each value by the factor of its column; the factors lie behind them. */
  #scale(factors: Float64Array, address: number, rows: number, width: number): void {
    const behind = address + 4 * rows * width;
    const places = new Float64Array(this.memory.memory.buffer, behind, width);
    places.set(factors);
    places.fill(1, factors.length);
    this.#call('scale', address, rows, width / PANEL, behind);
  }
}

/** What is freed with a tensor: of values that are there the array, which several tensors may have. */
const heldBy = (holder: Float32Tensor): object => (originOf(holder) === undefined ? holder.data.buffer : holder);

/** What was read for packing is freed in any case; what the caller holds, if it may be. */
function release(holder: Float32Tensor, consume: boolean): void {
  discardValues(holder);
  if (consume && originOf(holder) === undefined) freeArray(holder.data);
}
