import type { ActivationFunction, Builder, Value } from '@convzoo/layers';

/** A layer that sees every value of a vector. */
export function denseLayer(
  nn: Builder,
  x: Value,
  options: { readonly units: number; readonly activation: ActivationFunction | 'none' },
): Value {
  const y = nn.dense(x, { name: 'dense', units: options.units });
  return options.activation === 'none' ? y : nn.activation(y, options.activation);
}
