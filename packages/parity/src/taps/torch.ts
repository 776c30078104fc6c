/**
 * The norm that an activation of torch follows: in a Sequential the module before it, and in timm's `BatchNormAct2d` the norm
 * that it is a part of.
 */
export function torchNormBefore(name: string): string | undefined {
  const [, owner, index] = /^(.+)\.(\d+|act)$/.exec(name) ?? [];
  if (owner === undefined) return undefined;
  return index === 'act' ? owner : `${owner}.${Number(index) - 1}`;
}
