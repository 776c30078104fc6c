import type { TopLevelSpec } from 'vega-lite';
import type { FamilyMark } from './family-marks.js';
import { LABEL_SIZE } from './labels.js';
import type { CostAxis, MovedPoint } from './network-point.js';
import type { ChartInk } from './theme.js';

type Layers = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'];

interface LayerOptions {
  readonly cost: CostAxis;
  readonly ink: ChartInk;
  readonly families: readonly string[];
  readonly marks: ReadonlyMap<string, FamilyMark>;
  /** Title of the legend. */
  readonly family: string;
  readonly legend: boolean;
  readonly joined: boolean;
  readonly moved: readonly MovedPoint[] | undefined;
}

const TOOLTIP = [
  { field: 'model', title: 'network' },
  { field: 'top1', title: 'top-1, %' },
  { field: 'source', title: 'published by' },
  { field: 'macs', title: 'MACs', format: ',' },
  { field: 'params', title: 'parameters', format: ',' },
  { field: 'memory', title: 'memory, bytes', format: ',' },
];

const POINT_SIZE = 80;
const RING_SIZE = 220;

/** What is drawn, from below: the front, rings, points, networks that moved, names. */
export function accuracyLayers(options: LayerOptions): Layers {
  const { cost, ink, families, marks, joined, moved } = options;
  const legend = options.legend ? undefined : null;
  const domain = [...families];
  const family = { field: 'family', type: 'nominal' as const, title: options.family, legend };
  const mark = {
    color: { ...family, scale: { domain, range: families.map((name) => marks.get(name)?.colour ?? ink.line) } },
    shape: { ...family, scale: { domain, range: families.map((name) => marks.get(name)?.shape ?? 'circle') } },
  };
  const layers: Layers = [
    {
      transform: [{ filter: 'datum.front' }],
      mark: { type: 'line', color: ink.line, strokeDash: [5, 4], interpolate: 'step-after' },
      encoding: { order: { field: cost, type: 'quantitative' } },
    },
    {
      transform: [{ filter: 'datum.chosen' }],
      mark: { type: 'point', size: RING_SIZE, strokeWidth: 2, stroke: ink.text, fill: null },
    },
    {
      mark: { type: 'point', filled: true, size: POINT_SIZE, opacity: 0.85 },
      encoding: {
        ...mark,
        stroke: { condition: { test: 'datum.front', value: ink.text }, value: null },
        tooltip: TOOLTIP,
      },
    },
    ...(moved === undefined ? [] : movedLayers(options, moved)),
    // Nothing lies above and left of the front: there its names are free, if the axis leaves room.
    nameLayer('datum.named && datum.left', { align: 'right', dx: -7, dy: -7 }, ink),
    nameLayer('datum.named && !datum.left', { align: 'left', dx: 8, dy: 8 }, ink),
  ];
  return joined ? layers : layers.slice(1);
}

const nameLayer = (
  filter: string,
  place: { readonly align: 'left' | 'right'; readonly dx: number; readonly dy: number },
  ink: ChartInk,
): Layers[number] => ({
  transform: [{ filter }],
  mark: { type: 'text', ...place, fontSize: LABEL_SIZE, color: ink.text },
  encoding: { text: { field: 'model' } },
});

/**
 * A row of the data set `moved`, which a page may replace while its sliders move. It has its own colours and shape: a scale
 * of their own would take the legend away from the other points.
 */
export function movedRow(
  { from, ...to }: MovedPoint,
  { cost, ink, mark }: { readonly cost: CostAxis; readonly ink: ChartInk; readonly mark: FamilyMark | undefined },
): object {
  const stroke = mark?.colour ?? ink.text;
  return {
    ...to,
    fromCost: from[cost],
    fromTop1: from.top1,
    stroke,
    fill: to.known ? stroke : ink.background,
    shape: mark?.shape ?? 'circle',
  };
}

/** A line from where each network was to where it is now; its point is hollow where nobody has published its accuracy. */
function movedLayers({ cost, ink, marks }: LayerOptions, moved: readonly MovedPoint[]): Layers {
  const values = moved.map((point) => movedRow(point, { cost, ink, mark: marks.get(point.family) }));
  const data = { name: 'moved', values };
  const own = (field: string) => ({ field, type: 'nominal' as const, scale: null });
  return [
    {
      data,
      mark: { type: 'rule', color: ink.text, strokeWidth: 1.5 },
      encoding: {
        x: { field: 'fromCost', type: 'quantitative' },
        x2: { field: cost },
        y: { field: 'fromTop1', type: 'quantitative' },
        y2: { field: 'top1' },
      },
    },
    {
      data: { name: 'moved' },
      mark: { type: 'point', size: 2 * POINT_SIZE, strokeWidth: 2.5, opacity: 1 },
      encoding: {
        shape: own('shape'),
        stroke: own('stroke'),
        fill: own('fill'),
        tooltip: TOOLTIP,
      },
    },
    {
      data: { name: 'moved' },
      mark: { type: 'text', align: 'left', dx: 11, dy: -9, fontSize: LABEL_SIZE, fontWeight: 'bold', color: ink.text },
      encoding: { text: { field: 'model' } },
    },
  ];
}
