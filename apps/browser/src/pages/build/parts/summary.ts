import type { Block } from '../composition/composition.js';
import type { Settings } from '../composition/definition.js';

/** The main settings of a block in the signs of the papers: `3x3, 64, /2, x2`. */
export function summaryOf({ settings }: Block): string {
  return [
    window(settings),
    first(settings, ['filters', 'units', 'classes', 'growth', 'ones']),
    prefixed('x', settings.convolutions, 1),
    prefixed('/', settings.stride, 1),
    prefixed('x', settings.blocks ?? settings.layers, 1),
    typeof settings.activation === 'string' && settings.activation !== 'none' ? settings.activation : '',
    typeof settings.rate === 'number' ? String(settings.rate) : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function window({ kernel, size }: Settings): string {
  const side = kernel ?? size;
  return side === undefined ? '' : `${side}x${side}`;
}

function first(settings: Settings, names: readonly (keyof Settings)[]): string {
  const found = names.map((name) => settings[name]).find((value) => value !== undefined);
  return found === undefined ? '' : String(found);
}

const prefixed = (sign: string, value: unknown, without: number): string =>
  typeof value === 'number' && value !== without ? `${sign}${value}` : '';
