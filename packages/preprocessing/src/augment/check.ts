import { invalidArgument } from '../errors.js';
import { KERNELS } from '../resize/filters.js';
import { autoAugmentPolicies } from './auto-augment.js';
import type { Augmentation, Range } from './descriptors.js';
import { checkColour } from './kernels/colour.js';

const FILTERS: readonly string[] = ['nearest', ...Object.keys(KERNELS)];

/** Deepest nesting of `compose` and `random-apply`, so that a descriptor out of a file cannot exhaust the stack. */
const MAX_DEPTH = 32;

/** Most steps of all levels together, for the same reason. */
const MAX_STEPS = 1024;

/**
 * Throws `invalid-argument` where a descriptor, out of a checkpoint perhaps, has a parameter that is missing or out of
 * its range; the message names it.
 */
export function checkAugmentation(augmentation: Augmentation): void {
  let steps = 0;
  const visit = (each: Augmentation, depth: number): void => {
    steps += 1;
    if (depth > MAX_DEPTH || steps > MAX_STEPS) {
      throw invalidArgument(`augmentation: at most ${MAX_DEPTH} levels and ${MAX_STEPS} steps, got more`);
    }
    if (typeof each !== 'object' || each === null)
      throw invalidArgument(`augmentation: no descriptor: ${String(each)}`);
    checkOne(each, wrong(each));
    if ('transforms' in each) for (const inner of each.transforms) visit(inner, depth + 1);
  };
  visit(augmentation, 0);
}

type Complain = (what: string) => never;

const wrong =
  (augmentation: Augmentation): Complain =>
  (what) => {
    throw invalidArgument(`${augmentation.kind}: ${what}, got ${JSON.stringify(augmentation)}`);
  };

const isRange = (range: unknown): range is Range =>
  Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);

function checkOne(each: Augmentation, complain: Complain): void {
  const range = (name: string, value: unknown, low = -Infinity, high = Infinity): void => {
    if (!(isRange(value) && value[0] <= value[1] && value[0] >= low && value[1] <= high)) {
      complain(`${name} must be two numbers in rising order from ${low} to ${high}`);
    }
  };
  const whole = (name: string, value: number, low: number, high = Infinity): void => {
    if (!(Number.isInteger(value) && value >= low && value <= high)) {
      complain(`${name} must be an integer from ${low} to ${high}`);
    }
  };
  const size = (name: string, value: unknown): void => {
    if (!(isRange(value) && value.every((side) => Number.isInteger(side) && side > 0))) {
      complain(`${name} must be positive integers`);
    }
  };
  if ('p' in each && !(each.p >= 0 && each.p <= 1)) complain('p must be from 0 to 1');
  if ('fill' in each) checkColour(`${each.kind}: fill`, each.fill);
  if ('numMagnitudeBins' in each) whole('numMagnitudeBins', each.numMagnitudeBins, 2, 1000);
  const warps = ['random-rotation', 'random-affine', 'rand-augment', 'trivial-augment-wide', 'auto-augment'];
  if (warps.includes(each.kind) && 'interpolation' in each && !['nearest', 'bilinear'].includes(each.interpolation)) {
    complain('interpolation must be nearest or bilinear');
  }
  const resizes = ['resize', 'random-resized-crop'];
  if (resizes.includes(each.kind) && 'interpolation' in each && !FILTERS.includes(each.interpolation)) {
    complain(`interpolation must be one of ${FILTERS.join(', ')}`);
  }
  switch (each.kind) {
    case 'compose':
    case 'random-apply':
      if (!Array.isArray(each.transforms)) complain('transforms must be a list');
      return;
    case 'resize':
      if (typeof each.size === 'number') whole('size', each.size, 1);
      else size('size', each.size);
      return;
    case 'center-crop':
      size('size', each.size);
      return;
    case 'random-resized-crop':
      size('size', each.size);
      range('scale', each.scale, 0, 1);
      if (each.scale[1] === 0) complain('scale must reach beyond 0');
      range('ratio', each.ratio, Number.MIN_VALUE);
      return;
    case 'random-crop':
      size('size', each.size);
      whole('padding', each.padding, 0);
      return;
    case 'padded-crop-flip':
      whole('padding', each.padding, 0);
      return;
    case 'random-rotation':
      range('degrees', each.degrees);
      return;
    case 'random-affine':
      range('degrees', each.degrees);
      if (each.translate !== null && !(isRange(each.translate) && each.translate.every((t) => t >= 0 && t <= 1))) {
        complain('translate must be two shares from 0 to 1');
      }
      if (each.scale !== null) range('scale', each.scale, Number.MIN_VALUE);
      if (each.shear !== null) {
        range('shear', each.shear.slice(0, 2));
        range('shear', each.shear.slice(2));
      }
      return;
    case 'color-jitter':
      for (const name of ['brightness', 'contrast', 'saturation'] as const) {
        if (each[name] !== null) range(name, each[name], 0);
      }
      if (each.hue !== null) range('hue', each.hue, -0.5, 0.5);
      return;
    case 'random-posterize':
      whole('bits', each.bits, 0, 8);
      return;
    case 'random-solarize':
      if (!Number.isFinite(each.threshold)) complain('threshold must be a number');
      return;
    case 'random-adjust-sharpness':
      if (!(each.sharpnessFactor >= 0 && each.sharpnessFactor < Infinity))
        complain('sharpnessFactor must be at least 0');
      return;
    case 'gaussian-blur':
      size('kernelSize', each.kernelSize);
      if (!each.kernelSize.every((side) => side % 2 === 1)) complain('kernelSize must be odd');
      range('sigma', each.sigma, Number.MIN_VALUE);
      return;
    case 'rand-augment':
      whole('numOps', each.numOps, 0, 100);
      whole('magnitude', each.magnitude, 0, each.numMagnitudeBins - 1);
      return;
    case 'auto-augment':
      if (!Object.hasOwn(autoAugmentPolicies, each.policy)) {
        complain(`policy must be one of ${Object.keys(autoAugmentPolicies).join(', ')}`);
      }
      return;
    case 'random-erasing':
      range('scale', each.scale, 0, 1);
      range('ratio', each.ratio, Number.MIN_VALUE);
      if (each.value !== 'random') checkColour('random-erasing: value', each.value);
      return;
    case 'cutout':
      checkColour('cutout: value', each.value);
      whole('length', each.length, 0);
      return;
    case 'random-horizontal-flip':
    case 'random-vertical-flip':
    case 'random-grayscale':
    case 'random-invert':
    case 'random-autocontrast':
    case 'random-equalize':
    case 'trivial-augment-wide':
      return;
    default:
      throw invalidArgument(`augmentation: no such kind: ${JSON.stringify(each satisfies never)}`);
  }
}
