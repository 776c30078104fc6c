/**
 * `LAYER/VARIABLE` for one of a layer's weights. Keras writes `conv1/kernel:0`, with scopes before it in some versions,
 * `block1_conv1_W_1:0` in its oldest, and in a model used as a layer the inner layer's own name.
 */
export function tensorName(layer: string, weight: string, taken: ReadonlySet<string>): string {
  const variable = weight.replace(/:\d+$/, '');
  const name = variable.includes('/') ? fromLayer(layer, variable) : `${layer}/${variable}`;
  // Two inner models may hold layers of one name.
  return taken.has(name) ? `${layer}/${variable}` : name;
}

/** Scopes before the layer's own name are cut off. */
function fromLayer(layer: string, variable: string): string {
  if (variable.startsWith(`${layer}/`)) return variable;
  const at = variable.lastIndexOf(`/${layer}/`);
  return at < 0 ? variable : variable.slice(at + 1);
}
