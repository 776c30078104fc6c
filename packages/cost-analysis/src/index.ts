export { type AnalyseOptions, analyse } from './analyse.js';
export type { Convention } from './conventions/convention.js';
export { type ConventionName, conventionNames, conventionOf, conventions } from './conventions/index.js';
export { type CostGroup, type GroupKey, groupBy } from './group.js';
export { kindOf } from './kind.js';
export { type AxisField, type ReceptiveField, receptiveFields } from './receptive-field.js';
export type { Cost, CostReport, CostRow, CostTotal, Uncounted, WeightType } from './report.js';
export { costRules, elementwiseRules, macRules, type WorkTable } from './rules/index.js';
export type { Rule, Work } from './rules/rule.js';
