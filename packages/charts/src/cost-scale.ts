import type { Pixel } from './labels.js';
import type { CostAxis, NetworkPoint } from './network-point.js';

/** Costs from the axis's left end to its right: some room for names on both sides. Empty of points, a decade. */
export function costDomain(
  points: readonly NetworkPoint[],
  cost: CostAxis,
  scale: 'log' | 'linear' = 'log',
): readonly [number, number] {
  if (points.length === 0) return [1e8, 1e9];
  const costs = points.map((point) => point[cost]);
  return scale === 'log' ? [Math.min(...costs) * 0.6, Math.max(...costs) * 1.5] : [0, Math.max(...costs) * 1.08];
}

interface Plot {
  readonly cost: CostAxis;
  readonly scale: 'log' | 'linear';
  readonly domain: readonly [number, number];
  readonly width: number;
  readonly height: number;
}

/** About where a point comes to lie: the upright axis rounds its ends a little further out. */
export function placeIn(points: readonly NetworkPoint[], plot: Plot): (point: NetworkPoint) => Pixel {
  const scaled = (value: number): number => (plot.scale === 'log' ? Math.log(value) : value);
  const costs = plot.domain.map(scaled);
  const worths = points.map(({ top1 }) => top1);
  const along = (value: number, values: readonly number[], pixels: number): number => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return most === least ? 0 : ((value - least) / (most - least)) * pixels;
  };
  return (point) => ({
    x: along(scaled(point[plot.cost]), costs, plot.width),
    y: plot.height - along(point.top1, worths, plot.height),
  });
}
