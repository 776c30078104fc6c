import { type Builder, channelsOf, type Value } from '@convzoo/layers';

/**
 * Shortcut option A of ResNet, without parameters: every `stride`-th pixel (a window of one pixel has nothing to pool),
 * and zero channels on both sides, as the common CIFAR checkpoints have them. The paper does not say where its zeros go.
 */
export function paddedIdentity(nn: Builder, x: Value, out: number, stride: number): Value {
  const wider = out - channelsOf(x.shape);
  const before = Math.floor(wider / 2);
  const pixels = stride === 1 ? x : nn.maxPool(x, { name: 'subsample', size: 1, stride });
  return nn.zeroPad(pixels, { name: 'pad', channels: [before, wider - before] });
}
