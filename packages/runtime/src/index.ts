export { type Agreement, compareBackends, type Difference, difference, standardDeviation } from './agreement.js';
export type { Backend, PrepareOptions, RunResult, Session, UnsupportedNode } from './backend.js';
export { type BackendCandidate, type BackendChoice, chooseBackend } from './choose.js';
export { RuntimeError, type RuntimeErrorCode } from './errors.js';
export { assertSupported, checkInput, type PreparedNetwork, prepareNetwork } from './prepare.js';
