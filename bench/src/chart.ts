import { writeFile } from 'node:fs/promises';
import { renderSvg } from '@convzoo/charts/render';

/** A Vega-Lite specification. */
export type Chart = Parameters<typeof renderSvg>[0];

export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** Fonts that are everywhere, since a chart travels as a file. */
export const theme = {
  font: 'Helvetica, Arial, sans-serif',
  background: 'white',
  axis: { labelFontSize: 12, titleFontSize: 13, gridColor: '#e6e6e6', domainColor: '#888', tickColor: '#888' },
  legend: { labelFontSize: 12, titleFontSize: 12 },
  title: { fontSize: 15, anchor: 'start', subtitleFontSize: 12, subtitleColor: '#555' },
  view: { stroke: '#ddd' },
} as const;

/** Draws a chart into `docs/pictures`. */
export async function drawPicture(name: string, chart: Chart): Promise<void> {
  const file = new URL(`../../docs/pictures/${name}.svg`, import.meta.url);
  await writeFile(file, `${await renderSvg(chart)}\n`);
}
