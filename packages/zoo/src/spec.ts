import type { Shape } from '@convzoo/layers';
import { badOption } from './options.js';

export interface ModelSpec {
  readonly name: string;
  readonly width?: number;
  /** One number for a square, or `[height, width, 3]`. */
  readonly input?: number | Shape;
}

/** No network was published wider than this or for fewer pixels: a bare number below is a width, above a resolution. */
const WIDEST = 16;

/**
 * Reads `name`, `name@0.5`, `name@160`, `name@0.5,160` or `name@0.5,160x224` (height x width), as people write variants of
 * MobileNet. The name itself is not looked up.
 *
 * @throws ConvzooError `bad-option` where what follows the `@` is something else
 */
export function parseModelSpec(spec: string): ModelSpec {
  const at = spec.indexOf('@');
  if (at < 0) return { name: spec };
  const wrong = badOption('model', spec, 'after @ comes a width, a resolution or both, as in mobilenet_v2@0.5,160');
  const sizes: { width?: number; input?: number | Shape } = {};
  for (const part of spec.slice(at + 1).split(',')) {
    const picture = /^(\d{1,5})x(\d{1,5})$/.exec(part);
    const number = /^\d{1,5}(\.\d+)?$/.test(part) ? Number(part) : Number.NaN;
    if (picture !== null && sizes.input === undefined) sizes.input = [Number(picture[1]), Number(picture[2]), 3];
    else if (number > 0 && number < WIDEST && sizes.width === undefined && sizes.input === undefined)
      sizes.width = number;
    else if (number >= WIDEST && Number.isInteger(number) && sizes.input === undefined) sizes.input = number;
    else throw wrong;
  }
  return { name: spec.slice(0, at), ...sizes };
}
