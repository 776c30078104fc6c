export { type Agreement, compareBackends, type Difference, difference, standardDeviation } from './agreement.js';
export type { Backend, NodeTime, PrepareOptions, RunResult, Session, UnsupportedNode } from './backend.js';
export { type BackendCandidate, type BackendChoice, chooseBackend } from './choose.js';
export { RuntimeError, type RuntimeErrorCode } from './errors.js';
export { type MeasuredPeaks, type MeasureOptions, measureLayers, measurePeaks } from './measure.js';
export { assertSupported, checkInput, type PreparedNetwork, prepareNetwork } from './prepare.js';
export { classesOf, type OutputKind, outputKindOf, probabilitiesOf } from './scores.js';
