import type { JsonObject } from '@convzoo/layers';
import { graphToJson } from '@convzoo/layers';
import { blobSource, folderSource, openWeights } from '@convzoo/weights';
import { mainFile } from '../../compute/networks/source.js';
import { AppError } from '../../errors/app-error.js';
import { graphText } from './text/graph-text.js';
import { MAX_TEXT } from './text/read-graph-text.js';

/** A file of the user's as text for the editor. */
export interface Opened {
  readonly language: 'typescript' | 'json';
  readonly text: string;
  /** What was assumed or left out, in English. */
  readonly notes: readonly string[];
}

/**
 * Opens a network: a graph of this project, TypeScript, or the architecture of a model that Keras or TensorFlow.js saved
 * (`.h5`, `.keras`, `model.json` with or without its parts). Weights are not read, those of constants apart.
 *
 * @throws KerasImportError, WeightsError; AppError `no-weights`, `text-too-large`
 */
export async function openFiles(files: readonly File[]): Promise<Opened> {
  const main = mainFile(files);
  if (main === undefined) throw new AppError('no-weights', 'No file was given.');
  if (/\.[cm]?[jt]s$/i.test(main.name)) return { language: 'typescript', text: await textOf(main), notes: [] };
  if (/\.json$/i.test(main.name) && files.length === 1) {
    const text = await textOf(main);
    const config = kerasConfig(text);
    if (config === undefined) return { language: 'json', text, notes: [] };
    const { importKerasConfig } = await import('@convzoo/keras-import');
    return imported(importKerasConfig(config));
  }
  const source =
    files.length === 1
      ? blobSource(main)
      : folderSource(new Map(files.map((file) => [file.name, blobSource(file)])), main.name);
  const file = await openWeights(source);
  try {
    const { importKerasArchitecture } = await import('@convzoo/keras-import');
    return imported(await importKerasArchitecture(file));
  } finally {
    await file.close();
  }
}

async function textOf(file: File): Promise<string> {
  if (file.size > MAX_TEXT) {
    throw new AppError('text-too-large', `${file.name} has ${file.size} bytes; up to ${MAX_TEXT} are read as text.`);
  }
  return file.text();
}

/** The architecture in a text, if it is one of Keras's or TensorFlow.js's. What is no JSON the editor says, with the line. */
function kerasConfig(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  if ('modelTopology' in json) return json.modelTopology;
  return 'class_name' in json || 'model_config' in json ? json : undefined;
}

const imported = ({
  graph,
  notes,
}: {
  graph: Parameters<typeof graphToJson>[0];
  notes: readonly string[];
}): Opened => ({
  language: 'json',
  text: graphText(graphToJson(graph) satisfies JsonObject),
  notes,
});
