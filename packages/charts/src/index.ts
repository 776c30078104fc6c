export type { TopLevelSpec as ChartSpec } from 'vega-lite';
export {
  type AccuracyOptions,
  type AccuracyTexts,
  accuracyChart,
  type CostAxis,
  costAxes,
  costDomain,
  type MovedPoint,
  type NetworkPoint,
} from './accuracy.js';
export { movedRow } from './accuracy-layers.js';
export { type ConfusionCell, confusionChart } from './confusion.js';
export { type FamilyMark, type FamilyShape, familyColours, familyMarks } from './family-marks.js';
export { type LayerCost, type LayerField, type LayersOptions, layerFields, layersChart } from './layers.js';
export { paretoFront } from './pareto.js';
export { type ReliabilityPoint, reliabilityChart } from './reliability.js';
export { type ChartInk, type ChartScheme, chartInk } from './theme.js';
