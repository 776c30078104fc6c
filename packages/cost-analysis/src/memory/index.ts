export type { InPlaceOp } from './allocation.js';
export { type ActivationPeak, type InferenceMemory, inferenceMemory, type MemoryOptions } from './inference.js';
export {
  type OptimiserName,
  optimiserSlots,
  type TrainingMemory,
  type TrainingMemoryOptions,
  trainingMemory,
  withOptimiser,
} from './training.js';
