import { ConvzooError, type CustomOp, type CustomOpContext, defineOp } from '@convzoo/layers';
import type { CustomNode } from './script/script-result.js';

/**
 * Ops from outside as the script's own rules described them: their shapes and work, for the very nodes that it built. They
 * cannot compute here, which the page never asks for.
 */
export function describedOps(customs: readonly CustomNode[]): readonly CustomOp[] {
  const names = [...new Set(customs.map(({ name }) => name))];
  return names.map((name) => {
    const known = new Map(customs.filter((custom) => custom.name === name).map((custom) => [custom.of, custom]));
    const find = ({ inputs, values, params }: CustomOpContext): CustomNode => {
      const found = known.get(JSON.stringify({ inputs, values, params }));
      if (found === undefined)
        throw new ConvzooError('bad-graph-json', `The op "${name}" is not described for such a node.`);
      return found;
    };
    return defineOp({
      name,
      shape: (context) => find(context).shape,
      macs: (context) => find(context).macs,
      compute() {
        throw new ConvzooError('unsupported', `The op "${name}" computes only where it was defined.`);
      },
    });
  });
}
