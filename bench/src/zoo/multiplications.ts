import type { PlannedLayer } from '@convzoo/engine';

/**
 * Multiplications that the method of a layer does for one example, transforms left out. Winograd's F(m x m, 3x3) does
 * (m + 2)^2 for each tile of m x m results in place of 9 m^2, tiles that hang over the edge included; a product of halves
 * (Strassen) 7 in place of 8.
 */
export function multiplicationsOf({ kernel, macs, shape }: Pick<PlannedLayer, 'kernel' | 'macs' | 'shape'>): number {
  const side = Number(/^winograd(\d)/.exec(kernel)?.[1] ?? 0);
  if (side > 0) {
    const [height = 1, width = 1] = shape;
    const tiles = Math.ceil(height / side) * Math.ceil(width / side);
    return (macs * tiles * (side + 2) ** 2) / (9 * height * width);
  }
  return kernel.startsWith('strassen') ? (macs * 7) / 8 : macs;
}
