import { fork } from 'node:child_process';
import type { NetworkFacts } from './prepare.js';

export { filesOf, inFolder, onServer } from './files.js';
export type { NetworkFacts } from './prepare.js';

/** What may be written: `plain` for Python. */
export type ModelKind = 'onnx' | 'tflite' | 'plain';

/** Writes a network's files for a batch size into a folder, in a process of its own. */
export async function prepareModel(
  folder: string,
  model: string,
  batch: number,
  kinds: readonly ModelKind[],
): Promise<NetworkFacts> {
  const args = [folder, model, String(batch), kinds.join(',')];
  const child = fork(new URL('./prepare.js', import.meta.url), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let facts: NetworkFacts | undefined;
    child.on('message', (message: NetworkFacts) => {
      facts = message;
    });
    child.on('exit', (code) => {
      if (facts !== undefined && code === 0) resolve(facts);
      else reject(new Error(`the files of ${model} could not be written (code ${code})`));
    });
  });
}
