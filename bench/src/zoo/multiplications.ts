import type { PlannedLayer } from '@convzoo/engine';

/** A form of Winograd's, by the engine's name of its kernel. */
export interface WinogradForm {
  /** Results of a tile along one axis. */
  readonly side: number;
  /** Products of a tile along one axis, for each pair of channels. */
  readonly values: number;
  /** Operations of its transforms for a tile and channel, about (Lavin and Gray 2016, section 5). */
  readonly input: number;
  readonly output: number;
}

const four: WinogradForm = { side: 4, values: 6, input: 156, output: 90 };
const forms: Readonly<Record<string, WinogradForm>> = {
  winograd2: { side: 2, values: 4, input: 32, output: 24 },
  winograd4: four,
  winograd4Late: four,
  winogradStrided: { side: 2, values: 5, input: 20, output: 28 },
};

/** 7 rows of taps at stride 2: F(4, 4) and F(4, 3) down the columns. */
const STEM = { rows: 4, taps: 7, products: 7 + 6 } as const;

export const winogradFormOf = (kernel: string): WinogradForm | undefined => forms[kernel];

/** Tiles that cover a map, those that hang over its edge included. */
export const tilesOf = ([height = 1, width = 1]: readonly number[], { side }: WinogradForm): number =>
  Math.ceil(height / side) * Math.ceil(width / side);

/**
 * Multiplications that the method of a layer does for one example, transforms left out: Winograd's forms of 3x3 do the square
 * of their values for each tile; a stem's minimal filters 13 for 4 rows of 7 taps; a product of halves (Strassen) 7 in place
 * of 8.
 */
export function multiplicationsOf({ kernel, macs, shape }: Pick<PlannedLayer, 'kernel' | 'macs' | 'shape'>): number {
  const form = winogradFormOf(kernel);
  if (form !== undefined) {
    const [height = 1, width = 1] = shape;
    return (macs * tilesOf(shape, form) * form.values ** 2) / (9 * height * width);
  }
  if (kernel === 'stem') {
    const [height = 1] = shape;
    return (macs * STEM.products * Math.ceil(height / STEM.rows)) / (STEM.taps * height);
  }
  return kernel.startsWith('strassen') ? (macs * 7) / 8 : macs;
}
