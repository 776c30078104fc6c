import type { FusedActivation, Node, OpName, ParamRole, Shape } from '@convzoo/layers';
import { paramOf, sizeOf } from '@convzoo/layers';

/**
 * Work of one node on one example. `null` where the op cannot say: such a node is reported as uncounted, never taken for
 * free.
 */
export type Work<K extends OpName> = (node: Node<K>, inputs: readonly Shape[]) => number | null;

/** How one op kind is counted. Every rule is a pure function of shapes; no tensor is looked at. */
export interface Rule<K extends OpName> {
  /** The rule in words, for people who ask where a number comes from. */
  readonly formula: string;
  /** Multiply-accumulates. Only convolutions and dense layers have any; zero padding is multiplied like every value. */
  readonly macs: Work<K>;
  /**
   * Arithmetic that is no multiply-accumulate: additions, comparisons, scalings, exponentials, one each. Kept apart from
   * the MACs, since no published count mixes them in the same way.
   */
  readonly elementwise: Work<K>;
}

export const none = (): number => 0;

/** Elements of a parameter, 0 where the node has none of that role. */
export function paramSize(node: Node, role: ParamRole): number {
  const param = paramOf(node, role);
  return param === undefined ? 0 : sizeOf(param.shape);
}

/**
 * Operations of an activation for each element, as its formula is written: additions, comparisons, scalings, products,
 * quotients, and values of e^x or erf, one each.
 */
export const activationCost: Readonly<Record<FusedActivation, number>> = {
  linear: 0,
  relu: 1,
  relu6: 2,
  /** 1 / (1 + e^-x): sign, exponential, sum, quotient. */
  sigmoid: 4,
  /** 1 - 2 / (1 + e^(2x)): scaling, exponential, sum, quotient, difference. */
  tanh: 5,
  /** relu6(x + 3) / 6 */
  hardSigmoid: 4,
  /** A sigmoid and a product. */
  swish: 5,
  /** A hard sigmoid and a product. */
  hardSwish: 5,
  /** x * ((1 + erf(x / sqrt 2)) / 2): scaling, erf, sum, scaling, product. */
  gelu: 5,
};
