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
  macs: { title: 'Multiply-accumulates', format: '.2s' },
  params: { title: 'Parameters', format: '.2s' },
  memory: { title: 'Memory (weights and peak of activations, bytes)', format: '.2s' },
} as const satisfies Record<string, { readonly title: string; readonly format: string }>;

export type CostAxis = keyof typeof costAxes;

export interface AccuracyOptions {
  /** What accuracy is paid with; MACs by default. */
  readonly cost?: CostAxis;
  /** Pixels of the plot. */
  readonly width?: number;
  readonly height?: number;
}

/** Above this many names would lie on one another, so only the Pareto front has them. */
const MAX_LABELS = 14;

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
  const values = points.map((point) => ({ ...point, front: front.has(point) }));
  const named = points.length > MAX_LABELS ? 'datum.front' : 'true';
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
        scale: { type: 'log', nice: true },
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
      {
        transform: [{ filter: named }],
        mark: { type: 'text', align: 'left', dx: 8, dy: -6, fontSize: 11, color: '#333' },
        encoding: { text: { field: 'model' } },
      },
    ],
  };
}
