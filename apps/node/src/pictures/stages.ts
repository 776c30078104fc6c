import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type DecodeOptions,
  type ExplainedStage,
  encode,
  explainStages,
  type Preset,
  pictureOf,
  type StageReport,
} from '@convzoo/preprocessing';
import { writeFileAtomic } from '@convzoo/weights/node';
import type { Picture } from '../stream/picture.js';
import { fileError } from './file-error.js';

export interface RunStage extends StageReport {
  /** Where its picture was written, if it was. */
  readonly picture?: string;
}

/** Writes a stage's picture and gives its path; `position` counts from 1. */
type SaveStage = (file: string, position: number, stage: ExplainedStage) => Promise<string>;

/** Runs the stages of a picture; no more than two pictures are in memory. Throws what reading and decoding throw. */
export async function runStages(
  { name: file, bytes: given }: Picture,
  preset: Preset | undefined,
  decode: DecodeOptions,
  save: SaveStage | undefined,
): Promise<readonly RunStage[]> {
  const read = () =>
    readFile(file).catch((error: unknown) => {
      throw fileError(file, error);
    });
  const bytes = given ?? (await read());
  const stages: RunStage[] = [];
  for await (const stage of explainStages(bytes, preset, { decode })) {
    const { result: _, ...report } = stage;
    const picture = await save?.(file, stages.length + 1, stage);
    stages.push({ ...report, ...(picture !== undefined && { picture }) });
  }
  return stages;
}

/** Files `cat.jpg.2-resize.png` in the folder; `cat.jpg` of another folder becomes `cat.jpg~2`. */
export function stageSaver(folder: string): SaveStage {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const nameOf = (file: string): string => {
    const known = names.get(file);
    if (known !== undefined) return known;
    const own = file === '-' ? 'stdin' : basename(file);
    let name = own;
    for (let copy = 2; taken.has(name); copy++) name = `${own}~${copy}`;
    taken.add(name);
    names.set(file, name);
    return name;
  };
  return async (file, position, { name, result }) => {
    const path = join(folder, `${nameOf(file)}.${position}-${name}.png`);
    await writeFileAtomic(path, await encode(pictureOf(result), { format: 'png' }));
    return path;
  };
}
