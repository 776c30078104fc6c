export { type AccuracyOptions, accuracyChart, type CostAxis, costAxes, type NetworkPoint } from './accuracy.js';
export { type ConfusionCell, confusionChart } from './confusion.js';
export { type LayerCost, layersChart } from './layers.js';
export { paretoFront } from './pareto.js';
export { type ReliabilityPoint, reliabilityChart } from './reliability.js';
