/**
 * The nearest multiple of `divisor`, at least one of them, and never below 90 % of `value`: how TensorFlow's MobileNets
 * round their widths, and torchvision, timm and Keras after them (`_make_divisible`).
 */
export function makeDivisible(value: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}
