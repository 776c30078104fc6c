export { type AccuracyOptions, accuracyChart, type CostAxis, costAxes, type NetworkPoint } from './accuracy.js';
export { type LayerCost, layersChart } from './layers.js';
export { paretoFront } from './pareto.js';
