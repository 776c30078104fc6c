import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.js';

/** Names that are looked for in folders; a file that is named itself is read whatever it is called. */
const PATTERN = '**/*.{jpg,jpeg,png,webp,gif,bmp}';

/**
 * The picture files that arguments mean, in order and each once: files as they are, folders with everything below them,
 * and patterns. A file that does not exist stays in the list, so that its error stands among the results.
 *
 * @throws UsageError `no-pictures` where nothing is left
 */
export async function findPictures(inputs: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const input of inputs) for (const file of await expand(input)) found.add(file);
  if (found.size === 0) {
    throw new UsageError(
      'no-pictures',
      `No picture was found in ${inputs.join(', ')}; name JPEG, PNG, WebP, GIF or BMP files, or a folder of them.`,
    );
  }
  return [...found];
}

async function expand(input: string): Promise<readonly string[]> {
  const info = await stat(input).catch(() => undefined);
  if (info?.isFile() === true) return [input];
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (info?.isDirectory() === true) {
    const files = await glob(PATTERN, { cwd: input, caseSensitiveMatch: false });
    return files.sort().map((file) => join(input, file));
  }
  // A file that exists is meant literally, even where its name has brackets in it.
  if (info === undefined && isDynamicPattern(input)) return (await glob(input, { absolute: false })).sort();
  return [input];
}
