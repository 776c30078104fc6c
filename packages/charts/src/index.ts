export type { TopLevelSpec as ChartSpec } from 'vega-lite';
export {
  type AccuracyOptions,
  type AccuracyTexts,
  accuracyChart,
} from './accuracy.js';
export { movedRow } from './accuracy-layers.js';
export { type ConfusionCell, confusionChart } from './confusion.js';
export { costDomain } from './cost-scale.js';
export { type FamilyMark, type FamilyShape, familyColours, familyMarks } from './family-marks.js';
export { type LayerCost, type LayerField, type LayersOptions, layerFields, layersChart } from './layers.js';
export { type CostAxis, costAxes, type MovedPoint, type NetworkPoint } from './network-point.js';
export { paretoFront } from './pareto.js';
export { type ReliabilityPoint, reliabilityChart } from './reliability.js';
export { type ChartInk, type ChartScheme, chartInk } from './theme.js';
