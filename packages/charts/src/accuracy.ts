import type { TopLevelSpec } from 'vega-lite';
import { accuracyLayers } from './accuracy-layers.js';
import { costDomain, placeIn } from './cost-scale.js';
import { type FamilyMark, familyMarks } from './family-marks.js';
import { apart, linesOf, widthOfName } from './labels.js';
import { type CostAxis, costAxes, type MovedPoint, type NetworkPoint } from './network-point.js';
import { paretoFront } from './pareto.js';
import { type ChartScheme, chartInk, themeOf } from './theme.js';

/** What is written on the chart, for pages in other languages. */
export interface AccuracyTexts {
  readonly title: string;
  readonly subtitle: string;
  readonly cost: string;
  readonly accuracy: string;
  readonly family: string;
}

export interface AccuracyOptions {
  /** What accuracy is paid with; MACs by default. */
  readonly cost?: CostAxis;
  /** Of the axis of cost; `log` by default. */
  readonly scale?: 'log' | 'linear';
  /** Pixels of the plot, or with `fit` of the whole chart. */
  readonly width?: number;
  readonly height?: number;
  readonly fit?: boolean;
  readonly scheme?: ChartScheme;
  /** In this order they have their marks, and stand in the legend; by default those of the points. */
  readonly families?: readonly string[];
  /** How families look; by default from their places in `families`. */
  readonly marks?: ReadonlyMap<string, FamilyMark>;
  readonly legend?: boolean;
  /** Whether the Pareto front is joined by a line; it is by default. */
  readonly joined?: boolean;
  /** Networks with a ring and a name. */
  readonly chosen?: readonly string[];
  /** Networks at other sizes; with an empty list the data set `moved` is there to be filled. */
  readonly moved?: readonly MovedPoint[];
  /** Ends of the axis of cost; by default there is some room on both sides of the points. */
  readonly domain?: readonly [number, number];
  readonly texts?: Partial<AccuracyTexts>;
}

/** Above this many names would lie on one another, so only the Pareto front has them, as far as there is room. */
const MAX_LABELS = 14;
/** Pixels of a chart that is small. */
const SMALL = 480;

/** Accuracy against cost, on a logarithmic axis unless asked otherwise, with the Pareto front as a line. */
export function accuracyChart(points: readonly NetworkPoint[], options: AccuracyOptions = {}): TopLevelSpec {
  const { cost = 'macs', scale = 'log', width = 720, height = 460, fit = false, scheme = 'light' } = options;
  const { chosen = [], joined = true, legend = true } = options;
  const domain = options.domain ?? costDomain(points, cost, scale);
  const front = new Set(
    paretoFront(
      points,
      (point) => point[cost],
      (point) => point.top1,
    ),
  );
  const place = placeIn(points, { cost, scale, domain, width, height });
  const families = options.families ?? [...new Set(points.map(({ family }) => family))];
  const ringed = new Set(chosen);
  const few = points.length <= MAX_LABELS;
  // The best of the front come first, but what someone chose has precedence; a small chart has room for one of the front.
  const best = joined ? [...front].reverse().slice(0, width < SMALL ? 1 : undefined) : [];
  const wanted = points.filter(({ model }) => ringed.has(model)).concat(best);
  const named = new Set(few ? points : apart([...new Set(wanted)], place));
  const values = points.map((point) => ({
    ...point,
    front: front.has(point),
    chosen: ringed.has(point.model),
    named: named.has(point),
    left: (front.has(point) || !few) && place(point).x > widthOfName(point.model),
  }));
  const { title: costTitle, format } = costAxes[cost];
  const texts: AccuracyTexts = {
    title: `Accuracy against ${costTitle.toLowerCase().replace(/ \(.*/, '')}`,
    subtitle: 'The line joins networks that none beats in both. Accuracies as published by the named source.',
    cost: costTitle,
    accuracy: 'ImageNet top-1 accuracy, %',
    family: 'Family',
    ...options.texts,
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `ImageNet top-1 accuracy against ${costTitle.toLowerCase()} of ${points.length} networks`,
    title: { text: texts.title, subtitle: linesOf(texts.subtitle, width), limit: width },
    width,
    height,
    ...(fit && { autosize: { type: 'fit' as const, contains: 'padding' as const } }),
    config: themeOf(scheme),
    data: { name: 'networks', values },
    encoding: {
      x: {
        field: cost,
        type: 'quantitative',
        scale: { type: scale, domain: [...domain], nice: false },
        title: texts.cost,
        axis: { format, tickCount: width < SMALL ? 4 : 6 },
      },
      y: {
        field: 'top1',
        type: 'quantitative',
        scale: { zero: false, nice: true },
        title: texts.accuracy,
      },
    },
    layer: accuracyLayers({
      cost,
      ink: chartInk[scheme],
      families,
      marks: options.marks ?? familyMarks(families),
      family: texts.family,
      legend,
      joined,
      moved: options.moved,
    }),
  };
}
