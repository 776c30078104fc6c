import type { BuildOptions, Dialect } from '@convzoo/zoo';
import { UsageError } from '../errors.js';
import type { OutputOptions } from '../output/terminal.js';

/** What every command that runs a network on pictures takes. */
export interface NetworkOptions extends OutputOptions {
  readonly model: string;
  readonly weights?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly preset?: string | undefined;
  readonly input?: string | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly jsonl?: boolean | undefined;
}

const DIALECTS: readonly Dialect[] = ['torchvision', 'timm', 'keras'];

/** One of some words, or a usage error that lists them. */
export function oneOf<T extends string>(words: readonly T[], given: string | undefined, option: string): T | undefined {
  if (given === undefined) return undefined;
  const word = words.find((candidate) => candidate === given);
  if (word === undefined)
    throw new UsageError('bad-option', `${option} is one of ${words.join(', ')}; got "${given}".`);
  return word;
}

/** More pixels a side than any network of the zoo is used with; a typing mistake rather than a wish. */
const MAX_SIDE = 16_384;

function parseSize(text: string): readonly [number, number, 3] {
  const [, height, width = height] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  const [h, w] = [Number(height), Number(width)];
  if (!(h >= 1 && w >= 1 && h <= MAX_SIDE && w <= MAX_SIDE)) {
    throw new UsageError(
      'bad-option',
      `--input is a number such as 224, or HEIGHTxWIDTH such as 97x131, up to ${MAX_SIDE}; got "${text}".`,
    );
  }
  return [h, w, 3];
}

/** What `--input`, `--classes` and `--dialect` ask of the network. */
export function buildOptions(options: {
  readonly input?: string | undefined;
  readonly classes?: number | undefined;
  readonly dialect?: string | undefined;
}): BuildOptions {
  return {
    input: options.input === undefined ? undefined : parseSize(options.input),
    classes: options.classes,
    dialect: oneOf(DIALECTS, options.dialect, '--dialect'),
  };
}

/** @throws UsageError `bad-option` where both forms are asked for */
export function refuseBoth({
  json,
  jsonl,
}: {
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
}): void {
  if (json !== true || jsonl !== true) return;
  throw new UsageError('bad-option', '--json is one value at the end, --jsonl a line at once: choose one.');
}
