export { dropDeadNodes, keepTaps, selectOutput } from './dead-nodes.js';
export { dropDropout } from './drop-dropout.js';
export { foldBatchNorm } from './fold-batch-norm.js';
export { fuseActivation } from './fuse-activation.js';
export { withInputShape } from './input-shape.js';
export { optimiseForInference } from './optimise.js';
export { headOf, replaceHead } from './replace-head.js';
export { copyAny, copyNode, type Rewrite, rewriteGraph, type Visit } from './rewrite.js';
