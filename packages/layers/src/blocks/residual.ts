import type { ActivationFunction } from '../attributes.js';
import type { Builder, Value } from '../builder.js';

/**
 * `H(x) = F(x) + shortcut(x)`, then an optional activation (He et al., "Deep Residual Learning", 2015, section 3.2). The
 * branch is built before the shortcut, as checkpoints list them.
 */
export function residual(
  nn: Builder,
  x: Value,
  parts: {
    readonly branch: (x: Value) => Value;
    /** Identity by default. */
    readonly shortcut?: (x: Value) => Value;
    readonly activation?: ActivationFunction;
  },
): Value {
  const y = parts.branch(x);
  const sum = nn.add(y, parts.shortcut?.(x) ?? x);
  return parts.activation === undefined ? sum : nn.activation(sum, parts.activation);
}
