import type { Shape } from '@convzoo/layers';
import type { ParamPlace } from './place.js';
import { type LayoutOptions, type SourceLayout, sameLayout } from './source-layout.js';

/**
 * Keras works channels last as this project does, and flattens in the same order, so no number moves; only a depthwise
 * kernel has its multiplier on an axis of its own, and some heads are 1x1 convolutions (MobileNet V1's `conv_preds`).
 */
export function kerasLayout(
  place: ParamPlace,
  { asConvolution = false, groupedDepthwise = false }: LayoutOptions,
): SourceLayout {
  const { spec, kind, channels, flattened } = place;
  const [first = 1, second = 1, third = 1, fourth = 1] = spec.shape;
  if (kind === 'depthwise') {
    const split: Shape = [first, second, channels, fourth / channels];
    return groupedDepthwise ? sameLayout(spec.shape, [split]) : sameLayout(split, [spec.shape]);
  }
  if (kind === 'dense') {
    const pointwise: Shape = [1, 1, first, second];
    const whole: Shape[] = flattened === undefined ? [] : [[...flattened, second]];
    const convolution = whole[0] ?? pointwise;
    return asConvolution
      ? sameLayout(convolution, [spec.shape, pointwise])
      : sameLayout(spec.shape, [pointwise, ...whole]);
  }
  if (kind === 'convolution' && first === 1 && second === 1) return sameLayout(spec.shape, [[third, fourth]]);
  return sameLayout(spec.shape);
}
