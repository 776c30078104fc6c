import type { AnyNode, ParamSpec } from '@convzoo/layers';
import type { WorkTable } from '../rules/index.js';

/**
 * What a source of published numbers counts. Two sources rarely mean the same by "parameters" or "FLOPs"; a convention says
 * what this one means, as rules, so that its numbers can be computed and compared with others.
 */
export interface Convention {
  readonly name: string;
  /** What it counts, in one or two sentences. */
  readonly counts: string;
  /** Where that is defined. */
  readonly source: string;
  /** What it calls MACs (or FLOPs and means MACs), for every op kind. */
  readonly macs: WorkTable;
  /** Whether a parameter belongs to its parameter count. */
  readonly params: (param: ParamSpec) => boolean;
  /** Whether the elements of a node's output belong to its activation count. */
  readonly activations: (node: AnyNode) => boolean;
}

/** Results that are computed: not the input, and not what passes values through at inference. */
export const isComputed = (node: AnyNode): boolean =>
  node.op !== 'input' && node.op !== 'flatten' && node.op !== 'dropout';

/** Results of multiply-accumulates. */
export const isConvOrDense = (node: AnyNode): boolean => node.op === 'conv2d' || node.op === 'dense';
