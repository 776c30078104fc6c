import type { Size } from '../image.js';
import type { AugmentationOf } from './descriptors.js';
import { exactAtan } from './exact-math.js';
import type { WarpOptions } from './kernels/affine.js';
import type { Operation } from './operations.js';
import type { Random } from './random.js';

/** torchvision's names of the operations, in its order. */
export type PolicyOperation =
  | 'Identity'
  | 'ShearX'
  | 'ShearY'
  | 'TranslateX'
  | 'TranslateY'
  | 'Rotate'
  | 'Brightness'
  | 'Color'
  | 'Contrast'
  | 'Sharpness'
  | 'Posterize'
  | 'Solarize'
  | 'AutoContrast'
  | 'Equalize';

interface Strengths {
  /** Undefined where the operation has no strength. */
  readonly magnitudes?: readonly number[];
  /** Whether the strength is turned around half of the time. */
  readonly signed: boolean;
}

export type PolicySpace = Readonly<Record<PolicyOperation, Strengths>>;

interface Extents {
  readonly shear: number;
  readonly translateX: number;
  readonly translateY: number;
  readonly degrees: number;
  readonly factor: number;
  /** How many bits the strongest posterisation takes away. */
  readonly bits: number;
}

/** RandAugment's strengths: section 3.1 and appendix of Cubuk et al. 2019 as torchvision has them. */
export function randAugmentSpace(bins: number, { height, width }: Size): PolicySpace {
  // Translations were up to 150 pixels on pictures of 331.
  const share = 150 / 331;
  return space(bins, {
    shear: 0.3,
    translateX: share * width,
    translateY: share * height,
    degrees: 30,
    factor: 0.9,
    bits: 4,
  });
}

/** The wide strengths of Mueller and Hutter 2021, table 1. */
export function trivialAugmentWideSpace(bins: number): PolicySpace {
  return space(bins, { shear: 0.99, translateX: 32, translateY: 32, degrees: 135, factor: 0.99, bits: 6 });
}

function space(bins: number, { shear, translateX, translateY, degrees, factor, bits }: Extents): PolicySpace {
  const signed = (end: number): Strengths => ({ magnitudes: linspace(0, end, bins), signed: true });
  const plain: Strengths = { signed: false };
  return {
    Identity: plain,
    ShearX: signed(shear),
    ShearY: signed(shear),
    TranslateX: signed(translateX),
    TranslateY: signed(translateY),
    Rotate: signed(degrees),
    Brightness: signed(factor),
    Color: signed(factor),
    Contrast: signed(factor),
    Sharpness: signed(factor),
    Posterize: { magnitudes: Array.from({ length: bins }, (_, i) => 8 - bitsLost(i, bins, bits)), signed: false },
    Solarize: { magnitudes: linspace(255, 0, bins), signed: false },
    AutoContrast: plain,
    Equalize: plain,
  };
}

/** `torch.linspace` in floats: from the start in its first half and from the end in its second, by fused multiply-add. */
function linspace(start: number, end: number, count: number): number[] {
  const f = Math.fround;
  const step = f((f(end) - f(start)) / (count - 1));
  return Array.from({ length: count }, (_, i) =>
    f(i < Math.floor(count / 2) ? f(start) + step * i : f(end) - step * (count - i - 1)),
  );
}

/** `(arange(bins) / ((bins - 1) / most)).round()` in floats, halves to even. */
function bitsLost(index: number, bins: number, most: number): number {
  const lost = Math.fround(index / Math.fround((bins - 1) / most));
  const floor = Math.floor(lost);
  return lost - floor === 0.5 && floor % 2 === 0 ? floor : Math.round(lost);
}

/** The operation of a strength, as torchvision's `_apply_op` reads it. Undefined where nothing is to be done. */
export function policyOperation(name: PolicyOperation, magnitude: number, warp: WarpOptions): Operation | undefined {
  const still = { op: 'affine', angle: 0, translate: [0, 0], scale: 1, shear: [0, 0], ...warp } as const;
  const shear = exactAtan(magnitude) * (180 / Math.PI);
  switch (name) {
    case 'Identity':
      return undefined;
    case 'ShearX':
      return { ...still, shear: [shear, 0], center: [0, 0] };
    case 'ShearY':
      return { ...still, shear: [0, shear], center: [0, 0] };
    case 'TranslateX':
      return { ...still, translate: [Math.trunc(magnitude), 0] };
    case 'TranslateY':
      return { ...still, translate: [0, Math.trunc(magnitude)] };
    case 'Rotate':
      return { op: 'rotate', angle: magnitude, ...warp };
    case 'Brightness':
      return { op: 'brightness', factor: 1 + magnitude };
    case 'Color':
      return { op: 'saturation', factor: 1 + magnitude };
    case 'Contrast':
      return { op: 'contrast', factor: 1 + magnitude };
    case 'Sharpness':
      return { op: 'sharpness', factor: 1 + magnitude };
    case 'Posterize':
      return { op: 'posterize', bits: Math.trunc(magnitude) };
    case 'Solarize':
      return { op: 'solarize', threshold: magnitude };
    case 'AutoContrast':
      return { op: 'autocontrast' };
    case 'Equalize':
      return { op: 'equalize' };
  }
}

/** The operations of one sample. */
export function drawPolicy(
  policy: AugmentationOf<'rand-augment'> | AugmentationOf<'trivial-augment-wide'>,
  size: Size,
  random: Random,
): Operation[] {
  const { numMagnitudeBins: bins, interpolation, fill } = policy;
  const wide = policy.kind === 'trivial-augment-wide';
  const choices = wide ? trivialAugmentWideSpace(bins) : randAugmentSpace(bins, size);
  const names = Object.keys(choices) as PolicyOperation[];
  const operations: Operation[] = [];
  for (let n = 0; n < (wide ? 1 : policy.numOps); n++) {
    const name = names[random.int(names.length)] as PolicyOperation;
    const { magnitudes, signed } = choices[name];
    const strength = magnitudes?.[wide ? random.int(bins) : policy.magnitude] ?? 0;
    const magnitude = signed && random.int(2) === 1 ? -strength : strength;
    const operation = policyOperation(name, magnitude, { interpolation, fill });
    if (operation) operations.push(operation);
  }
  return operations;
}
