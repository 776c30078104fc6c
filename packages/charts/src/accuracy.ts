import type { TopLevelSpec } from 'vega-lite';
import { paretoFront } from './pareto.js';
import { theme } from './theme.js';

/** One network in a comparison. */
export interface NetworkPoint {
  readonly model: string;
  readonly family: string;
  /** For one example. */
  readonly macs: number;
  readonly params: number;
  /** Bytes of weights and of activations at their peak, for one example. */
  readonly memory: number;
  /** ImageNet top-1 accuracy in percent, as published. */
  readonly top1: number;
  /** Who published the accuracy, e.g. `torchvision IMAGENET1K_V1`. */
  readonly source: string;
}

export const costAxes = {
  macs: { title: 'Multiply-accumulates', format: '~s' },
  params: { title: 'Parameters', format: '~s' },
  memory: { title: 'Memory (weights and peak of activations, bytes)', format: '~s' },
} as const satisfies Record<string, { readonly title: string; readonly format: string }>;

export type CostAxis = keyof typeof costAxes;

export interface AccuracyOptions {
  /** What accuracy is paid with; MACs by default. */
  readonly cost?: CostAxis;
  /** Pixels of the plot. */
  readonly width?: number;
  readonly height?: number;
}

/** Above this many names would lie on one another, so only the Pareto front has them, as far as there is room. */
const MAX_LABELS = 14;
const LABEL_SIZE = 11;

/** Accuracy against cost on a logarithmic axis, with the Pareto front as a line. */
export function accuracyChart(
  points: readonly NetworkPoint[],
  { cost = 'macs', width = 720, height = 460 }: AccuracyOptions = {},
): TopLevelSpec {
  const front = new Set(
    paretoFront(
      points,
      (point) => point[cost],
      (point) => point.top1,
    ),
  );
  const place = placeIn(points, { cost, width, height });
  const named = new Set(points.length > MAX_LABELS ? apart([...front], place) : points);
  const values = points.map((point) => ({
    ...point,
    front: front.has(point),
    named: named.has(point),
    left: front.has(point) && place(point).x > widthOfName(point),
  }));
  const { title, format } = costAxes[cost];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `ImageNet top-1 accuracy against ${title.toLowerCase()} of ${points.length} networks`,
    title: {
      text: `Accuracy against ${title.toLowerCase().replace(/ \(.*/, '')}`,
      subtitle: 'The line joins networks that none beats in both. Accuracies as published by the named source.',
    },
    width,
    height,
    config: theme,
    data: { values },
    encoding: {
      x: {
        field: cost,
        type: 'quantitative',
        scale: { type: 'log', domain: [...domainOf(points, cost)], nice: false },
        title,
        axis: { format, tickCount: 6 },
      },
      y: {
        field: 'top1',
        type: 'quantitative',
        scale: { zero: false, nice: true },
        title: 'ImageNet top-1 accuracy, %',
      },
    },
    layer: [
      {
        transform: [{ filter: 'datum.front' }],
        mark: { type: 'line', color: '#999', strokeDash: [5, 4], interpolate: 'step-after' },
        encoding: { order: { field: cost, type: 'quantitative' } },
      },
      {
        mark: { type: 'point', filled: true, size: 80, opacity: 0.85 },
        encoding: {
          color: { field: 'family', type: 'nominal', title: 'Family', scale: { scheme: 'tableau20' } },
          stroke: { condition: { test: 'datum.front', value: '#222' }, value: null },
          tooltip: [
            { field: 'model', title: 'network' },
            { field: 'top1', title: 'top-1, %' },
            { field: 'source', title: 'published by' },
            { field: 'macs', title: 'MACs', format: ',' },
            { field: 'params', title: 'parameters', format: ',' },
            { field: 'memory', title: 'memory, bytes', format: ',' },
          ],
        },
      },
      // Nothing lies above and left of the front: there its names are free, if the axis leaves room.
      {
        transform: [{ filter: 'datum.named && datum.left' }],
        mark: { type: 'text', align: 'right', dx: -7, dy: -7, fontSize: LABEL_SIZE, color: '#333' },
        encoding: { text: { field: 'model' } },
      },
      {
        transform: [{ filter: 'datum.named && !datum.left' }],
        mark: { type: 'text', align: 'left', dx: 8, dy: 8, fontSize: LABEL_SIZE, color: '#333' },
        encoding: { text: { field: 'model' } },
      },
    ],
  };
}

interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** Costs from the axis's left end to its right: some room for names on both sides. */
function domainOf(points: readonly NetworkPoint[], cost: CostAxis): readonly [number, number] {
  const costs = points.map((point) => point[cost]);
  return [Math.min(...costs) * 0.6, Math.max(...costs) * 1.5];
}

const widthOfName = ({ model }: NetworkPoint): number => model.length * LABEL_SIZE * 0.56;

/** About where a point comes to lie: the upright axis rounds its ends a little further out. */
function placeIn(
  points: readonly NetworkPoint[],
  { cost, width, height }: Required<AccuracyOptions>,
): (point: NetworkPoint) => Pixel {
  const costs = domainOf(points, cost).map(Math.log);
  const worths = points.map(({ top1 }) => top1);
  const along = (value: number, values: readonly number[], pixels: number): number => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return most === least ? 0 : ((value - least) / (most - least)) * pixels;
  };
  return (point) => ({
    x: along(Math.log(point[cost]), costs, width),
    y: height - along(point.top1, worths, height),
  });
}

/** Of points in order of cost those whose names, written to their left, do not run into the one before, the best first. */
function apart(front: readonly NetworkPoint[], place: (point: NetworkPoint) => Pixel): readonly NetworkPoint[] {
  const named: NetworkPoint[] = [];
  for (const point of front.toReversed()) {
    const { x, y } = place(point);
    const collides = named.some((other) => {
      const at = place(other);
      return Math.abs(at.y - y) < LABEL_SIZE + 2 && x > at.x - widthOfName(other) - 7;
    });
    if (!collides) named.push(point);
  }
  return named;
}
