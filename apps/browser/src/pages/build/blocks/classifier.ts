import type { Builder, Value } from '@convzoo/layers';

/** The end: a map becomes a vector, by its means or as it is, and a dense layer gives a number for each class. */
export function classifier(
  nn: Builder,
  x: Value,
  options: { readonly classes: number; readonly from: 'average' | 'flatten'; readonly dropout: number },
): Value {
  const { classes, from, dropout } = options;
  let y = x;
  if (x.shape.length === 3) y = from === 'average' ? nn.globalAvgPool(x) : nn.flatten(x);
  if (dropout > 0) y = nn.dropout(y, { rate: dropout });
  return nn.dense(y, { name: 'fc', units: classes });
}
