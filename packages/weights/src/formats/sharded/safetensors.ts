import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { noSuchTensor, type TensorInfo, type WeightFile } from '../../weight-file.js';
import { openSafetensors } from '../safetensors/index.js';
import { openSibling, type WeightMap } from './weight-map.js';

/** Several safetensors files with their index, e.g. `model.safetensors.index.json`. Reads all headers and no tensor. */
export async function openSafetensorsIndex(source: ByteSource, { filesOf, files }: WeightMap): Promise<WeightFile> {
  const opened = new Map<string, WeightFile>();
  const close = async (): Promise<void> => {
    for (const file of opened.values()) await file.close();
  };
  try {
    for (const path of files) opened.set(path, await openSafetensors(await openSibling(source, path)));
    const fileOf = new Map<string, WeightFile>();
    const tensors: TensorInfo[] = [];
    for (const [path, file] of opened) {
      for (const tensor of file.tensors) {
        // What the index does not name is not part of the weights, as in the library that writes them.
        if (filesOf.get(tensor.name)?.[0] !== path) continue;
        fileOf.set(tensor.name, file);
        tensors.push(tensor);
      }
    }
    const lost = [...filesOf.keys()].find((name) => !fileOf.has(name));
    if (lost !== undefined) {
      throw new WeightsError(
        'bad-header',
        `${source.name} has "${lost.slice(0, 200)}" in ${filesOf.get(lost)?.[0]?.slice(0, 200)}, where it is not; fetch the files again.`,
      );
    }
    return {
      format: 'safetensors',
      name: source.name,
      tensors,
      metadata: new Map([['files', String(files.length)]]),
      read: async (name) => (fileOf.get(name) ?? noSuchTensor(source.name, name)).read(name),
      async close() {
        await close();
        await source.close?.();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
