import type { TopLevelSpec } from 'vega-lite';
import { theme } from './theme.js';

/** What one layer costs. */
export interface LayerCost {
  readonly path: string;
  /** What it is, e.g. `depthwise 3x3`; layers of a kind have a colour. */
  readonly kind: string;
  readonly macs: number;
  readonly params: number;
  readonly activations: number;
}

const FIELDS = [
  { field: 'macs', title: 'MACs' },
  { field: 'params', title: 'Parameters' },
  { field: 'activations', title: 'Activations' },
] as const;

/** Pixels of a layer's bar, thick enough to be told apart and read. */
const BAR = 14;

/** A row a layer in the order of the network, with its MACs, parameters and activations side by side. */
export function layersChart(name: string, layers: readonly LayerCost[]): TopLevelSpec {
  const kinds = [...new Set(layers.map(({ kind }) => kind))];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `Cost of each layer of ${name}`,
    title: { text: `${name}, layer by layer` },
    config: theme,
    data: { values: [...layers] },
    hconcat: FIELDS.map(({ field, title }, column) => ({
      width: 220,
      height: { step: BAR },
      mark: { type: 'bar' as const },
      encoding: {
        x: {
          field,
          type: 'quantitative' as const,
          title,
          axis: { format: '~s', tickCount: 3, orient: 'top' as const },
        },
        y: {
          field: 'path',
          type: 'nominal' as const,
          sort: null,
          title: null,
          axis: column === 0 ? { labelLimit: 320, labelFontSize: 10 } : null,
        },
        color: {
          field: 'kind',
          type: 'nominal' as const,
          title: 'Kind',
          sort: kinds,
          scale: { scheme: 'tableau10' as const },
        },
        tooltip: [
          { field: 'path', title: 'layer' },
          { field: 'kind' },
          { field, title: title.toLowerCase(), format: ',' },
        ],
      },
    })),
  };
}
