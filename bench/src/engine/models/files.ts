import { join } from 'node:path';
import type { ModelFiles } from '../protocol.js';

/** The names of a network's files, in a folder or under a URL. */
export function filesOf(model: string, batch: number, place: (name: string) => string): ModelFiles {
  return {
    onnx: place(`${model}.onnx`),
    tflite: place(`${model}-${batch}.tflite`),
    plain: place(`${model}.json`),
    input: place(`${model}-${batch}.f32`),
  };
}

export const inFolder =
  (folder: string) =>
  (name: string): string =>
    join(folder, name);

/** As the page of `hosts/serve.ts` finds them. */
export const onServer = (name: string): string => `/models/${name}`;
