const MEAN = [0.485, 0.456, 0.406] as const;
const STD = [0.229, 0.224, 0.225] as const;

/** ImageNet's mean and deviation on pixels of 0..255, as Keras's networks have them built in: `x * scale + offset`. */
export const imageNetNormalisation = {
  scale: STD.map((std) => 1 / (255 * std)),
  offset: MEAN.map((mean, i) => -mean / (STD[i] ?? 1)),
} as const;
