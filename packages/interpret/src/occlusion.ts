import { type Float32Tensor, float32Tensor, formatShape } from '@convzoo/layers';
import type { Session } from '@convzoo/runtime';
import { InterpretError } from './errors.js';
import type { HeatMap } from './heat-map.js';

/** A patch that slides over a picture, in pixels of the network's input. */
export interface Patch {
  /** Its side. */
  readonly patch: number;
  /** From one place of it to the next. */
  readonly stride: number;
}

/** A patch of a seventh of the shorter side, moved by half of it, where nobody says otherwise. */
export function usualPatch(
  { height, width }: { readonly height: number; readonly width: number },
  patch: number = Math.max(1, Math.round(Math.min(height, width) / 7)),
): Patch {
  return { patch, stride: Math.max(1, Math.floor(patch / 2)) };
}

export interface OcclusionOptions extends Patch {
  readonly session: Pick<Session, 'run'>;
  /** One picture, `[1, height, width, channels]`. */
  readonly input: Float32Tensor;
  /** What the patch is painted with, one value a channel in the unit of the input: grey, as the preprocessing has it. */
  readonly fill: readonly number[];
  /** The number that is watched, out of a network's outputs for one picture: the probability of the class. */
  readonly score: (outputs: Float32Array) => number;
  /** Pictures run at once; 8 where absent. */
  readonly batch?: number;
  /** A promise that it returns is awaited: who computes in one thread can let others have it meanwhile. */
  readonly onProgress?: (done: number, total: number) => unknown;
  /** Ends it before the next pictures are run: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Occlusion {
  /** For each place of the patch, row by row, by how much the score fell. Below 0 where it rose. */
  readonly drops: HeatMap;
  /** For each pixel of the input, the mean fall over the patches that covered it. */
  readonly map: HeatMap;
  /** Of the picture as it is. */
  readonly score: number;
}

/** More runs than anyone waits for: a mistaken stride. */
const MAX_PLACES = 100_000;

/**
 * Occlusion sensitivity (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section
 * 4.2): a grey patch slides over the picture, and where it hides what the class is told by, the score falls. The last patch of
 * a row and of a column ends at the edge, so that every pixel is covered.
 *
 * @throws InterpretError `wrong-options`, `wrong-shape`
 */
export async function occlusion(options: OcclusionOptions): Promise<Occlusion> {
  const { session, input, patch, score, batch = 8, onProgress, signal } = options;
  const [height = 0, width = 0, channels = 0] = check(options);
  const rows = starts(height, patch, options.stride);
  const columns = starts(width, patch, options.stride);
  const total = rows.length * columns.length;
  if (total > MAX_PLACES) {
    throw new InterpretError(
      'wrong-options',
      `A stride of ${options.stride} gives ${total} places; up to ${MAX_PLACES} are tried.`,
    );
  }
  const place = (i: number): readonly [top: number, left: number] => [
    rows[Math.floor(i / columns.length)] ?? 0,
    columns[i % columns.length] ?? 0,
  ];
  const whole = score((await session.run(input)).output.data);
  const drops = new Float32Array(total);
  const size = height * width * channels;
  for (let first = 0; first < total; first += batch) {
    signal?.throwIfAborted();
    const count = Math.min(batch, total - first);
    const data = new Float32Array(count * size);
    for (let i = 0; i < count; i++) {
      const picture = data.subarray(i * size, (i + 1) * size);
      picture.set(input.data);
      paint(picture, place(first + i), { height, width, channels }, options);
    }
    const { output } = await session.run(float32Tensor([count, height, width, channels], data));
    const outputs = output.data.length / count;
    for (let i = 0; i < count; i++) {
      drops[first + i] = whole - score(output.data.subarray(i * outputs, (i + 1) * outputs));
    }
    await onProgress?.(first + count, total);
  }
  const grid: HeatMap = { height: rows.length, width: columns.length, values: drops };
  return { drops: grid, map: meanOverPatches(grid, place, { height, width }, patch), score: whole };
}

function check({ input, patch, stride, fill, batch = 8 }: OcclusionOptions): readonly number[] {
  const [count, ...shape] = input.shape;
  const [height = 0, width = 0, channels = 0] = shape;
  if (count !== 1 || shape.length !== 3) {
    throw new InterpretError('wrong-shape', `One picture is occluded, [1, h, w, c]; got ${formatShape(input.shape)}.`);
  }
  for (const [name, value] of Object.entries({ patch, stride, batch })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InterpretError('wrong-options', `${name} is a whole number of at least 1, got ${value}.`);
    }
  }
  if (patch > Math.min(height, width)) {
    throw new InterpretError('wrong-options', `A patch of ${patch} does not fit into an input of ${height}x${width}.`);
  }
  if (stride > patch) {
    throw new InterpretError(
      'wrong-options',
      `A stride of ${stride} leaves pixels between patches of ${patch} unseen.`,
    );
  }
  if (fill.length !== channels) {
    throw new InterpretError('wrong-options', `fill needs ${channels} values, one a channel; got ${fill.length}.`);
  }
  return shape;
}

function starts(length: number, patch: number, stride: number): readonly number[] {
  const last = length - patch;
  const regular = Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride);
  return regular.at(-1) === last ? regular : [...regular, last];
}

interface Extents {
  readonly height: number;
  readonly width: number;
}

function paint(
  picture: Float32Array,
  [top, left]: readonly [number, number],
  { width, channels }: Extents & { readonly channels: number },
  { patch, fill }: OcclusionOptions,
): void {
  for (let y = top; y < top + patch; y++) {
    for (let x = left; x < left + patch; x++) picture.set(fill, (y * width + x) * channels);
  }
}

function meanOverPatches(
  drops: HeatMap,
  place: (i: number) => readonly [number, number],
  { height, width }: Extents,
  patch: number,
): HeatMap {
  const [sums, counts] = [new Float64Array(height * width), new Uint32Array(height * width)];
  drops.values.forEach((drop, i) => {
    const [top, left] = place(i);
    for (let y = top; y < top + patch; y++) {
      for (let at = y * width + left; at < y * width + left + patch; at++) {
        sums[at] = (sums[at] ?? 0) + drop;
        counts[at] = (counts[at] ?? 0) + 1;
      }
    }
  });
  return { height, width, values: Float32Array.from(sums, (sum, i) => sum / (counts[i] ?? 1)) };
}
