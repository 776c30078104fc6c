import type { TopLevelSpec } from 'vega-lite';
import { familyColours } from './family-marks.js';
import { type ChartScheme, themeOf } from './theme.js';

/** What one layer costs. */
export interface LayerCost {
  readonly path: string;
  /** What it is, e.g. `depthwise 3x3`; layers of a kind have a colour. */
  readonly kind: string;
  readonly macs: number;
  readonly params: number;
  readonly activations: number;
  /** Bytes of activations in use while it runs, where that is known. */
  readonly memory?: number;
}

export const layerFields = {
  macs: 'MACs',
  params: 'Parameters',
  activations: 'Activations',
  memory: 'Memory while it runs, bytes',
} as const;

export type LayerField = keyof typeof layerFields;

/** Beside one another where nothing else is asked for: what layers always have. */
const ALWAYS: readonly LayerField[] = ['macs', 'params', 'activations'];

export interface LayersOptions {
  readonly fields?: readonly LayerField[];
  /** Titles of the fields and of the kind, for pages in other languages. */
  readonly titles?: Partial<Readonly<Record<LayerField | 'kind' | 'chart', string>>>;
  /** Pixels of one field's bars. */
  readonly width?: number;
  /** Pixels of the longest path; what is longer is cut. */
  readonly labelWidth?: number;
  readonly scheme?: ChartScheme;
  /** Where the kinds are explained; above in a narrow place. */
  readonly legend?: 'right' | 'top';
}

/** Pixels of a layer's bar, thick enough to be told apart and read. */
const BAR = 14;

/** A row a layer in the order of the network, with what is wanted of its MACs, parameters, activations and memory. */
export function layersChart(
  name: string,
  layers: readonly LayerCost[],
  {
    fields = ALWAYS,
    titles = {},
    width = 220,
    labelWidth = 320,
    scheme = 'light',
    legend = 'right',
  }: LayersOptions = {},
): TopLevelSpec {
  const kinds = [...new Set(layers.map(({ kind }) => kind))];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `Cost of each layer of ${name}`,
    title: { text: titles.chart ?? `${name}, layer by layer` },
    config: themeOf(scheme),
    data: { values: [...layers] },
    hconcat: fields.map((field, column) => {
      const title = titles[field] ?? layerFields[field];
      return {
        width,
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
            axis: column === 0 ? { labelLimit: labelWidth, labelFontSize: 10 } : null,
          },
          color: {
            field: 'kind',
            type: 'nominal' as const,
            title: titles.kind ?? 'Kind',
            sort: kinds,
            scale: { domain: kinds, range: kinds.map((_, i) => familyColours[i % familyColours.length] ?? '') },
            legend: {
              orient: legend,
              ...(legend === 'top' && { columns: Math.max(2, Math.floor((fields.length * width) / 150)) }),
            },
          },
          tooltip: [
            { field: 'path', title: 'layer' },
            { field: 'kind' },
            { field, title: title.toLowerCase(), format: ',' },
          ],
        },
      };
    }),
  };
}
