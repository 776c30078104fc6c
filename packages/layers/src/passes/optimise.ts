import type { Graph } from '../graph.js';
import { dropDeadNodes } from './dead-nodes.js';
import { dropDropout } from './drop-dropout.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { fuseActivation } from './fuse-activation.js';
import type { Rewrite } from './rewrite.js';

/** The inference form of a network: no dropout, BatchNorm folded, activations fused, nothing dead. */
export function optimiseForInference(graph: Graph): Rewrite {
  const folded = foldBatchNorm(dropDropout(dropDeadNodes(graph)));
  return { ...folded, graph: fuseActivation(folded.graph) };
}
