import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../errors.js';

/** The names of 21,841 ImageNet classes are 0.5 MB. */
const MAX_BYTES = 8_000_000;

/** The user's own names: a JSON list of texts, or one name a line. */
export async function readLabels(path: string, classes: number): Promise<readonly string[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new UsageError('no-such-file', `${path}: there is no such file.`, { cause });
  });
  if (!info.isFile() || info.size > MAX_BYTES) {
    throw new UsageError('bad-labels', `${path} is no list of class names: one name a line, or a JSON list.`);
  }
  const labels = parseLabels(await readFile(path, 'utf8'));
  if (labels.length === classes) return labels;
  throw new UsageError('bad-labels', `${path} names ${labels.length} classes, but the network has ${classes}.`);
}

function parseLabels(text: string): readonly string[] {
  try {
    const json: unknown = JSON.parse(text);
    if (Array.isArray(json)) return json.map(String);
  } catch {
    // One name a line.
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
