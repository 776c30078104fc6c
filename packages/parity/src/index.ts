export type { LogitsResult } from './compare/logits.js';
export { DEFAULT_TOLERANCE, type Moments } from './compare/measure.js';
export { parameterFault } from './compare/parameters.js';
export type { TapResult } from './compare/tap.js';
export { ParityError, type ParityErrorCode } from './errors.js';
export {
  countedParams,
  fillNetwork,
  type GoldenNetwork,
  type NetworkOptions,
  ownNetwork,
  zooNetwork,
} from './network/network.js';
export { parseRename } from './network/rename.js';
export { RECORD_LIMITS } from './record/limits.js';
export { type Goldens, parseGoldens } from './record/parse.js';
export type {
  ArgumentValue,
  GoldenInput,
  GoldenKeys,
  GoldenRecord,
  GoldenTap,
  RecordFramework,
} from './record/record.js';
export { type FirstDifference, type RecordResult, resultToJson } from './result.js';
export { type VerifyOptions, verifyNetwork } from './verify.js';
