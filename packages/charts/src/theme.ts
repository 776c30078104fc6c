import type { Config } from 'vega-lite';

/** Fonts that are everywhere, since a chart travels as a file; grids quiet enough for the points to be read. */
export const theme: Config = {
  font: 'Helvetica, Arial, sans-serif',
  background: 'white',
  axis: { labelFontSize: 12, titleFontSize: 13, gridColor: '#e6e6e6', domainColor: '#888', tickColor: '#888' },
  legend: { labelFontSize: 12, titleFontSize: 12 },
  title: { fontSize: 15, anchor: 'start', subtitleFontSize: 12, subtitleColor: '#555' },
  view: { stroke: null },
};
