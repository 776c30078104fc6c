export { type AnalyseOptions, analyse } from './analyse.js';
export type { Convention } from './conventions/convention.js';
export { type ConventionName, conventionNames, conventionOf, conventions } from './conventions/index.js';
export { type EnergyEstimate, type EnergyOptions, energyFigures, estimateEnergy } from './energy.js';
export { type CostGroup, type GroupKey, groupBy } from './group.js';
export { kindOf } from './kind.js';
export {
  type ActivationPeak,
  type InferenceMemory,
  type InPlaceOp,
  inferenceMemory,
  type MemoryOptions,
  type OptimiserName,
  optimiserSlots,
  type TrainingMemory,
  type TrainingMemoryOptions,
  trainingMemory,
} from './memory/index.js';
export { type NetworkCost, networkCost } from './network-cost.js';
export { type AxisField, type ReceptiveField, receptiveFields } from './receptive-field.js';
export type { Cost, CostReport, CostRow, CostTotal, Intensity, Uncounted, WeightType } from './report.js';
export { type MachinePeaks, type Roofline, type RooflineOptions, type RooflineRow, roofline } from './roofline.js';
export { costRules, elementwiseRules, macRules, type WorkTable } from './rules/index.js';
export type { Rule, Work } from './rules/rule.js';
export { type CostSheet, costSheet, type SheetOptions, type SheetRow } from './sheet.js';
