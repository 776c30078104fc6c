import type { Config } from 'vega-lite';

/** What a chart lies on: paper and light pages, or dark pages. */
export type ChartScheme = 'light' | 'dark';

/** Colours of everything that is no data. */
export interface ChartInk {
  readonly background: string;
  readonly text: string;
  /** Of what is said beside: subtitles, labels of axes. */
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
}

export const chartInk: Readonly<Record<ChartScheme, ChartInk>> = {
  light: { background: '#ffffff', text: '#1b1e20', muted: '#555c61', line: '#8b8f87', grid: '#e6e6e2' },
  dark: { background: '#1c1f22', text: '#eceef0', muted: '#a9b0b6', line: '#7d858c', grid: '#33383d' },
};

/** Fonts that are everywhere, since a chart travels as a file; grids quiet enough for the points to be read. */
export function themeOf(scheme: ChartScheme): Config {
  const { background, text, muted, line, grid } = chartInk[scheme];
  return {
    font: 'Helvetica, Arial, sans-serif',
    background,
    axis: {
      labelFontSize: 12,
      titleFontSize: 13,
      labelColor: muted,
      titleColor: text,
      gridColor: grid,
      domainColor: line,
      tickColor: line,
    },
    legend: { labelFontSize: 12, titleFontSize: 12, labelColor: text, titleColor: text },
    title: { fontSize: 15, anchor: 'start', color: text, subtitleFontSize: 12, subtitleColor: muted },
    view: { stroke: null },
  };
}

/** The theme of charts that become files. */
export const theme: Config = themeOf('light');
