import { type CustomOpContext, GraphError, type Node, OpViolation, type Shape } from '@convzoo/layers';
import { none, type Rule } from './rule.js';

export const input: Rule<'input'> = { formula: 'Nothing.', macs: none, elementwise: none };

export const flatten: Rule<'flatten'> = { formula: 'Nothing: the same values.', macs: none, elementwise: none };

export const zeroPad: Rule<'zeroPad'> = {
  formula: 'No arithmetic; it writes its output.',
  macs: none,
  elementwise: none,
};

export const concat: Rule<'concat'> = {
  formula: 'No arithmetic; it writes its output.',
  macs: none,
  elementwise: none,
};

export const sliceChannels: Rule<'sliceChannels'> = {
  formula: 'No arithmetic; it writes its output.',
  macs: none,
  elementwise: none,
};

export const channelShuffle: Rule<'channelShuffle'> = {
  formula: 'No arithmetic; it writes its output.',
  macs: none,
  elementwise: none,
};

export const custom: Rule<'custom'> = {
  formula: "MACs by the op's own rule. Its elementwise work is not known.",
  macs: customMacs,
  elementwise: () => null,
};

/** What the op says itself; `null` where it has no rule (plain JavaScript can leave it out) or gives no count. */
function customMacs(node: Node<'custom'>, inputs: readonly Shape[]): number | null {
  const { definition, values } = node.attributes;
  const rule = (definition as { readonly macs?: (context: CustomOpContext) => unknown }).macs;
  if (typeof rule !== 'function') return null;
  try {
    const macs = rule.call(definition, { inputs, values, params: node.params });
    return typeof macs === 'number' && Number.isFinite(macs) && macs >= 0 ? macs : null;
  } catch (error) {
    if (!(error instanceof OpViolation)) throw error;
    throw new GraphError('bad-cost-rule', node.path, `${definition.name}: ${error.message}.`, { cause: error });
  }
}
