import type { Image } from '../image.js';
import { type Axis, type Coefficients, isUnchanged } from './coefficients.js';
import { sourceRows } from './plain.js';
import {
  alignTo16,
  type PackedWeights,
  packedWeights,
  type SimdKernel,
  SimdMemory,
  simdKernel,
} from './simd-memory.js';

/** Source rows are copied in pieces of about this size, which the processor's cache holds. */
const SOURCE_BYTES = 2 ** 18;
/** The rows between the passes are made in bands of about this size, and so is the result. */
const BAND_BYTES = 2 ** 22;
/** WebAssembly memory never shrinks: what needs more than this in one piece is left to plain TypeScript. */
const MAX_PIECE = 2 ** 24;

/**
 * Both passes in SIMD instructions, bit for bit what `resamplePlain` gives. Undefined where there is no WebAssembly with
 * SIMD, and for shapes that need too much memory in one piece (rows of more than 5 million pixels).
 */
export function resampleSimd(image: Image, columns: Axis, rows: Axis): Image | undefined {
  const kernel = simdKernel();
  if (!kernel) return undefined;
  const width = isUnchanged(columns) ? columns.size : columns.first.length;
  const height = isUnchanged(rows) ? rows.size : rows.first.length;
  const bytes = width * 3;
  const stride = alignTo16(bytes + 1);
  const bands = bandsOf(rows, height, stride);
  const between = Math.max(...bands.map((band) => band.sourceRows)) * stride;
  const result = Math.max(...bands.map((band) => band.rows)) * bytes;
  const across = isUnchanged(columns) ? undefined : packedWeights(columns, 4);
  const down = isUnchanged(rows) ? undefined : packedWeights(rows, 2);
  const pieces = [image.width * 3, between, result, across?.halves.byteLength ?? 0, down?.halves.byteLength ?? 0];
  if (Math.max(...pieces) > MAX_PIECE) return undefined;

  const memory = new SimdMemory(kernel.memory);
  const narrow = isUnchanged(columns)
    ? cutter(image, columns.start, bytes)
    : narrower(kernel, image, columns, across as PackedWeights, memory);
  // The last pair of taps may reach a row too far; its weight is zero.
  const betweenAt = memory.reserve(between + stride);
  const shrink = isUnchanged(rows) ? undefined : shortener(kernel, rows, down as PackedWeights, bytes, stride, memory);
  const resultAt = memory.reserve(result);
  const view = memory.grow();
  if (!view) return undefined;

  const data = new Uint8Array(height * bytes);
  for (const band of bands) {
    narrow(view, band.top, band.sourceRows, betweenAt, stride);
    if (shrink) {
      shrink(view, band, betweenAt, resultAt);
      data.set(view.subarray(resultAt, resultAt + band.rows * bytes), band.from * bytes);
    } else {
      for (let y = 0, at = betweenAt; y < band.rows; y++, at += stride) {
        data.set(view.subarray(at, at + bytes), (band.from + y) * bytes);
      }
    }
  }
  return { width, height, channels: 3, data };
}

/** Some rows of the result, and the source rows that they read. */
interface Band {
  readonly from: number;
  readonly rows: number;
  readonly top: number;
  readonly sourceRows: number;
}

/** Neighbouring bands overlap in the source by the length of a filter, so those rows are made twice. */
function bandsOf(rows: Axis, height: number, stride: number): Band[] {
  const bands: Band[] = [];
  const most = Math.max(1, Math.floor(BAND_BYTES / stride));
  for (let from = 0; from < height; ) {
    let to = Math.min(height, from + most);
    let span = sourceRows(rows, from, to);
    while (span.height > most && to - from > 1) {
      to = from + Math.ceil((to - from) / 2);
      span = sourceRows(rows, from, to);
    }
    bands.push({ from, rows: to - from, top: span.top, sourceRows: span.height });
    from = to;
  }
  return bands;
}

type Narrow = (view: Uint8Array, top: number, rows: number, to: number, stride: number) => void;

/** Columns that stay: their bytes are copied. */
function cutter(image: Image, start: number, bytes: number): Narrow {
  return (view, top, rows, to, stride) => {
    for (let y = 0; y < rows; y++) {
      const from = ((top + y) * image.width + start) * 3;
      view.set(image.data.subarray(from, from + bytes), to + y * stride);
    }
  };
}

function narrower(
  kernel: SimdKernel,
  image: Image,
  columns: Coefficients,
  packed: PackedWeights,
  memory: SimdMemory,
): Narrow {
  const sourceStride = image.width * 3;
  const width = columns.first.length;
  const chunk = Math.max(1, Math.floor(SOURCE_BYTES / sourceStride));
  const sourceAt = memory.reserve(chunk * sourceStride);
  const tables = reserveTables(packed, memory);
  let written = false;
  return (view, top, rows, to, stride) => {
    if (!written) tables.write(view, columns.first, 3);
    written = true;
    for (let y = 0; y < rows; y += chunk) {
      const count = Math.min(chunk, rows - y);
      const start = (top + y) * sourceStride;
      view.set(image.data.subarray(start, start + count * sourceStride), sourceAt);
      const { first, counts, weights } = tables;
      const out = to + y * stride;
      // biome-ignore format: as the kernel declares it
      kernel.horizontal(
        sourceAt, sourceStride, count, out, stride, width,
        first, counts, weights, packed.weightBytes, columns.precision,
      );
    }
  };
}

type Shorten = (view: Uint8Array, band: Band, source: number, out: number) => void;

function shortener(
  kernel: SimdKernel,
  rows: Coefficients,
  packed: PackedWeights,
  bytes: number,
  stride: number,
  memory: SimdMemory,
): Shorten {
  const tables = reserveTables(packed, memory);
  let written = false;
  return (view, band, source, out) => {
    if (!written) tables.write(view, rows.first, stride);
    written = true;
    const first = tables.first + band.from * 4;
    const pairs = tables.counts + band.from * 4;
    const weights = tables.weights + band.from * packed.weightBytes;
    // The offsets count from the first row of the source, of which the band has those from `top` on.
    const origin = source - band.top * stride;
    // biome-ignore format: as the kernel declares it
    kernel.vertical(
      origin, stride, out, bytes, band.rows,
      first, pairs, weights, packed.weightBytes, rows.precision,
    );
  };
}

interface Tables {
  readonly first: number;
  readonly counts: number;
  readonly weights: number;
  write(view: Uint8Array, first: Int32Array, unit: number): void;
}

function reserveTables({ counts, halves }: PackedWeights, memory: SimdMemory): Tables {
  const addresses = {
    first: memory.reserve(counts.byteLength),
    counts: memory.reserve(counts.byteLength),
    weights: memory.reserve(halves.byteLength),
  };
  return {
    ...addresses,
    write(view, first, unit) {
      const { buffer } = view;
      const offsets = new Uint32Array(buffer, addresses.first, first.length);
      for (let i = 0; i < offsets.length; i++) offsets[i] = (first[i] as number) * unit;
      new Uint32Array(buffer, addresses.counts, counts.length).set(counts);
      new Int16Array(buffer, addresses.weights, halves.length).set(halves);
    },
  };
}
