import type { TopLevelSpec } from 'vega-lite';
import { theme } from './theme.js';

/** Pictures whose confidence lies between two values. */
export interface ReliabilityPoint {
  /** Bounds of the bin, from 0 to 1. */
  readonly from: number;
  readonly to: number;
  readonly pictures: number;
  /** Share of them that was answered right. */
  readonly accuracy: number;
  /** Their mean confidence. */
  readonly confidence: number;
}

/** Pixels of a side. */
const SIDE = 320;

/**
 * The reliability diagram of Guo et al. 2017: a bar a bin for how often the network was right, the diagonal for how often it
 * said it would be, and below how many pictures are in each bin. Empty bins have no bar.
 */
export function reliabilityChart(name: string, bins: readonly ReliabilityPoint[]): TopLevelSpec {
  const values = bins.filter(({ pictures }) => pictures > 0);
  const x = {
    field: 'from',
    type: 'quantitative' as const,
    bin: { binned: true },
    scale: { domain: [0, 1] },
    axis: { format: '.1f', values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  };
  const tooltip = [
    { field: 'from', type: 'quantitative' as const, title: 'above', format: '.3f' },
    { field: 'to', type: 'quantitative' as const, title: 'up to', format: '.3f' },
    { field: 'pictures', type: 'quantitative' as const },
    { field: 'accuracy', type: 'quantitative' as const, title: 'right', format: '.1%' },
    { field: 'confidence', type: 'quantitative' as const, title: 'mean confidence', format: '.1%' },
  ];
  const share = { type: 'quantitative' as const, scale: { domain: [0, 1] } };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `How often ${name} is right, by its confidence`,
    title: { text: `${name}: reliability` },
    config: theme,
    data: { values: [...values] },
    vconcat: [
      {
        width: SIDE,
        height: SIDE,
        layer: [
          {
            mark: { type: 'bar', color: '#4c78a8' },
            encoding: {
              x: { ...x, title: null },
              x2: { field: 'to' },
              y: { field: 'accuracy', ...share, title: 'Share answered right' },
              tooltip,
            },
          },
          {
            mark: { type: 'tick', orient: 'horizontal', color: '#e45756', thickness: 3, size: SIDE / 15 },
            encoding: {
              x: { field: 'confidence', ...share },
              y: { field: 'confidence', ...share },
              tooltip,
            },
          },
          {
            data: { values: [{ at: 0 }, { at: 1 }] },
            mark: { type: 'line', color: '#888', strokeDash: [4, 4] },
            encoding: { x: { field: 'at', ...share }, y: { field: 'at', ...share } },
          },
        ],
      },
      {
        width: SIDE,
        height: 80,
        mark: { type: 'bar', color: '#9ecae9' },
        encoding: {
          x: { ...x, title: 'Confidence: probability of the answer' },
          x2: { field: 'to' },
          y: { field: 'pictures', type: 'quantitative', title: 'Pictures', axis: { tickCount: 3 } },
          tooltip,
        },
      },
    ],
  };
}
