import type { Builder, Value } from '@convzoo/layers';

const MEAN = [0.485, 0.456, 0.406] as const;
const STD = [0.229, 0.224, 0.225] as const;

/**
 * torchvision's `transform_input`: its GoogLeNet and Inception v3 have TensorFlow's weights, which want -1..1, and its
 * pictures come with ImageNet's mean and deviation. A picture that is given as -1..1 at once needs none of it.
 */
export function transformInput(nn: Builder, x: Value): Value {
  const scale = STD.map((std) => std / 0.5);
  const offset = MEAN.map((mean) => (mean - 0.5) / 0.5);
  return nn.rescale(x, { name: 'transform_input', scale, offset });
}
