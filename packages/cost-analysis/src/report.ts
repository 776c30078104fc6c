import type { OpName, Shape } from '@convzoo/layers';

/** What is counted: for one example, but bytes of activations and traffic for the report's batch. */
export interface Cost {
  /** Parameters that the convention counts; by default the trained ones. */
  readonly params: number;
  /** Parameters that training changes, under every convention. */
  readonly trainable: number;
  /** Running statistics of BatchNorm, under every convention. */
  readonly buffers: number;
  /** Multiply-accumulates of convolutions and dense layers, or what the convention calls so. */
  readonly macs: number;
  /** 2 x MACs, nothing else. */
  readonly flops: number;
  /** Arithmetic that is no multiply-accumulate, under every convention the same; never part of `flops`. */
  readonly elementwise: number;
  /** Elements of the outputs that the convention counts. */
  readonly activations: number;
  /** Bytes of the weights that are stored, buffers included, in the report's dtype. */
  readonly weightBytes: number;
  /** Bytes of `activations` for the whole batch. */
  readonly activationBytes: number;
  /**
   * Bytes that the whole batch moves: every node reads its inputs and its weights once and writes its result once, as if
   * no cache kept anything from one node to the next. Flatten and dropout move nothing.
   */
  readonly traffic: number;
}

/** Work beside memory traffic. */
export interface Intensity {
  /**
   * Operations for each byte of `traffic`: 2 for each MAC of a convolution or dense layer, and the elementwise work, under
   * every convention the same (Williams, Waterman and Patterson, "Roofline", CACM 2009). `null` where nothing moves or
   * something is uncounted.
   */
  readonly intensity: number | null;
}

/** One node. Where its op has no rule a count is `null`, and the node stands in `uncounted`. */
export interface CostRow extends Omit<Cost, 'macs' | 'flops' | 'elementwise'>, Intensity {
  readonly path: string;
  readonly op: OpName;
  /** `conv 3x3`, `depthwise 3x3`, `dense`, `relu` ...: see `kindOf`. */
  readonly kind: string;
  /** The resolution that the node's block works at, e.g. `56x56`, or `head`: see `placesOf`. */
  readonly stage: string;
  /** The module that the node lies in, e.g. `layer1.0`, or the layer that it belongs to. */
  readonly block: string;
  /** Output shape of one example. */
  readonly shape: Shape;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly elementwise: number | null;
}

/** A node whose cost is not in the totals, because its op has no rule for it. */
export interface Uncounted {
  readonly path: string;
  /** The op; for a custom op its own name. */
  readonly op: string;
  readonly missing: readonly ('macs' | 'elementwise')[];
}

export interface CostTotal extends Cost, Intensity {}

/** What a network costs: plain data, so that `JSON.stringify(report)` is its JSON form. */
export interface CostReport {
  /** Name of the graph. */
  readonly model: string;
  /** Shape of one example. */
  readonly input: Shape;
  readonly convention: string;
  /** Type of weights and activations. */
  readonly dtype: WeightType;
  /** Examples at once: bytes of activations and traffic are for all of them, counts for one. */
  readonly batch: number;
  /** Sums over the rows. */
  readonly total: CostTotal;
  /** Every node in order, the input first. */
  readonly rows: readonly CostRow[];
  readonly uncounted: readonly Uncounted[];
}

/** Element types of weights and activations. */
export type WeightType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int8';

export const bytesOf: Readonly<Record<WeightType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int8: 1,
};
