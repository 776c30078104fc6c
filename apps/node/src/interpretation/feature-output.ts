import { dirname } from 'node:path';
import type { Failure } from '../errors.js';
import { prepareFolder } from '../output/folder.js';
import { printable, shorten } from '../output/printable.js';
import { printJson, type Terminal } from '../output/terminal.js';
import { openArray } from '../stream/array-file.js';
import { type AnswerLine, type LineKind, openLines, readEarlier } from '../stream/lines-file.js';
import type { Picture } from '../stream/picture.js';
import { writeStdout } from '../stream/run.js';
import type { Neighbour } from './nearest.js';

/** What is said of a picture: one line. */
export interface FeatureEntry {
  readonly image: string;
  readonly layer?: string;
  readonly features?: readonly number[];
  readonly nearest?: readonly Neighbour[];
  readonly error?: Failure;
}

/** A picture's entry and its vector, which it has unless it failed. */
export interface FeatureAnswer {
  readonly entry: FeatureEntry;
  readonly vector?: Float32Array | undefined;
}

/** Takes what is said of each picture, in order. */
export interface FeatureOutput extends AsyncDisposable {
  /** Pictures that it has not got of an earlier run. */
  readonly left: readonly Picture[];
  /** Those that it has which had failed. */
  readonly failures: number;
  add(answers: readonly FeatureAnswer[]): Promise<void>;
  /** Makes the result whole. */
  finish(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

const linesOf = (answers: readonly FeatureAnswer[]): string =>
  answers.map(({ entry }) => `${JSON.stringify(entry)}\n`).join('');

/** An output that knows of no earlier run. */
function fresh(left: readonly Picture[], add: FeatureOutput['add'], finish = nothing): FeatureOutput {
  return { left, failures: 0, add, finish, [Symbol.asyncDispose]: nothing };
}

/** JSON Lines on stdout: waits for a reader that is slow. */
export const linesToStdout = (left: readonly Picture[]): FeatureOutput =>
  fresh(left, (answers) => writeStdout(linesOf(answers)));

/** One JSON array on stdout, at the end. */
export function jsonToStdout(left: readonly Picture[]): FeatureOutput {
  const entries: FeatureEntry[] = [];
  return fresh(
    left,
    async (answers) => void entries.push(...answers.map(({ entry }) => entry)),
    async () => printJson(entries),
  );
}

/** The nearest pictures for people. */
export function textToStdout(left: readonly Picture[], { print, colors, width }: Terminal): FeatureOutput {
  const show = ({ image, error, nearest = [] }: FeatureEntry): void => {
    print(`\n${colors.bold(printable(image))}`);
    if (error !== undefined) print(`  ${colors.red(printable(error.message))}`);
    for (const { image: other, similarity } of nearest)
      print(`  ${similarity.toFixed(3).padStart(6)}  ${shorten(printable(other), Math.max(width - 10, 10))}`);
  };
  return fresh(left, async (answers) => {
    for (const { entry } of answers) show(entry);
  });
}

export interface FileOptions {
  readonly layer: string;
  readonly size: number;
  readonly resume: boolean;
}

/** Lines of features: of a layer, or the nearest. */
export const kindOf = ({ layer, size }: FileOptions, nearest: boolean): LineKind => {
  const vectors = (name: string, length: number): string => `${length} features of ${name}`;
  const subject = nearest ? 'nearest pictures' : vectors(layer, size);
  return {
    command: 'features',
    subject,
    subjectOf(line: AnswerLine) {
      if ('error' in line) return subject;
      if (Array.isArray(line['nearest'])) return 'nearest pictures';
      const { layer: name, features } = line;
      return typeof name === 'string' && Array.isArray(features) ? vectors(name, features.length) : undefined;
    },
  };
};

/** JSON Lines in a file, behind those of an earlier run. */
export async function linesToFile(
  path: string,
  pictures: readonly Picture[],
  { nearest, ...options }: FileOptions & { readonly nearest: boolean },
): Promise<FeatureOutput> {
  await prepareFolder(dirname(path));
  const earlier = await readEarlier(path, kindOf(options, nearest), options.resume);
  const file = await openLines(path, earlier);
  return {
    left: pictures.filter(({ name }) => !earlier.images.has(name)),
    failures: earlier.failures,
    add: (answers) => file.write(linesOf(answers)),
    finish: nothing,
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/**
 * A `.npy` array `[pictures, size]`, and beside it `FILE.txt` with a picture a line. A picture that failed has a row of NaN, so
 * that rows and lines stay together.
 */
export async function arrayToFile(
  path: string,
  pictures: readonly Picture[],
  options: FileOptions,
): Promise<FeatureOutput> {
  await prepareFolder(dirname(path));
  const names = pictures.map(({ name }) => name);
  const file = await openArray(path, names, options);
  return {
    left: pictures.slice(file.rows),
    failures: file.failures,
    add: (answers) => file.add(answers.map(({ vector }) => vector)),
    finish: () => file.finish(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
