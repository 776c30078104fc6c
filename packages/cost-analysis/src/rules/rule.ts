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
   * Arithmetic that is no multiply-accumulate: additions, comparisons, scalings, one each. Kept apart from the MACs, since
   * no published count mixes them in the same way.
   */
  readonly elementwise: Work<K>;
}

export const none = (): number => 0;

/** Elements of a parameter, 0 where the node has none of that role. */
export function paramSize(node: Node, role: ParamRole): number {
  const param = paramOf(node, role);
  return param === undefined ? 0 : sizeOf(param.shape);
}

/** Comparisons that an activation takes for each element. */
export const activationCost: Readonly<Record<FusedActivation, number>> = { linear: 0, relu: 1, relu6: 2 };
