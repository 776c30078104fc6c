import { type NamePair, toTheirs } from '@convzoo/weights';
import { ParityError } from '../errors.js';

/**
 * Reads `OURS=THEIRS`, a name here and what the record calls it: a whole path, or the first parts of one. `{i:0}` is a
 * counter with the number it starts from on that side: `stage{s:1}=layers.{s:0}`.
 *
 * @throws ParityError `bad-rename`
 */
export function parseRename(text: string): NamePair {
  const [ours = '', theirs = '', ...more] = text.split('=');
  if (ours === '' || theirs === '' || more.length > 0) {
    throw new ParityError('bad-rename', `A rename is OURS=THEIRS, as in stage1=layers.0; got ${JSON.stringify(text)}.`);
  }
  const counters = (pattern: string): string =>
    [...pattern.matchAll(/\{(\w+):\d+\}/g)]
      .map(([, name]) => name)
      .sort()
      .join();
  if (/[{}]/.test(`${ours}${theirs}`.replaceAll(/\{\w+:\d{1,6}\}/g, '')) || counters(ours) !== counters(theirs)) {
    throw new ParityError(
      'bad-rename',
      `In ${JSON.stringify(text)} both sides must have the same counters, each as {NAME:FIRST}: stage{s:1}=layers.{s:0}.`,
    );
  }
  return [ours, theirs];
}

/** A path of this project with its longest first parts that a pair names renamed; the path itself where none does. */
export function renamer(pairs: readonly NamePair[]): (path: string) => string {
  const translate = toTheirs(pairs);
  return (path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
      const renamed = translate(path.slice(0, end));
      if (renamed !== undefined) return renamed + path.slice(end);
    }
    return path;
  };
}
