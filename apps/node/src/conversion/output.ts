import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConvzooError } from '@convzoo/layers';
import {
  type NamedTensor,
  type WritableFormat,
  writableFormats,
  writeNpz,
  writeSafetensors,
  writeTfjs,
} from '@convzoo/weights';
import { writeFilesAtomic } from '@convzoo/weights/node';
import { UsageError } from '../errors.js';
import { prepareFolder } from '../output/folder.js';

/** Where a conversion goes. */
export interface Output {
  readonly format: WritableFormat | 'onnx';
  /** The file, or for TensorFlow.js the one with the model; its numbers lie beside it. */
  readonly path: string;
}

/** Weights alone, in one of the formats of `@convzoo/weights`. */
export interface WeightsOutput extends Output {
  readonly format: WritableFormat;
}

export const isWeights = (output: Output): output is WeightsOutput => output.format !== 'onnx';

const ENDINGS: Readonly<Record<string, Output['format']>> = {
  safetensors: 'safetensors',
  npz: 'npz',
  json: 'tfjs',
  onnx: 'onnx',
};

const FORMATS: readonly Output['format'][] = [...writableFormats, 'onnx'];

/**
 * The format by --format or by the name's ending. A TensorFlow.js model is a folder: without an ending `.json` its model is
 * `model.json` in it.
 *
 * @throws UsageError `bad-option`
 */
export function outputOf(out: string, format: string | undefined): Output {
  const ending = /\.([a-z0-9]+)$/i.exec(basename(out))?.[1]?.toLowerCase() ?? '';
  const named = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  const given = FORMATS.find((candidate) => candidate === format);
  if (format !== undefined && given === undefined) {
    throw new UsageError('bad-option', `--format is one of ${FORMATS.join(', ')}; got "${format}".`);
  }
  const chosen = given ?? named ?? (/[\\/]$/.test(out) ? 'tfjs' : undefined);
  if (chosen === undefined) {
    throw new UsageError(
      'bad-option',
      `The name ${out} does not say in which format to write: end it in .safetensors, .npz, .json (TensorFlow.js) or .onnx, or give --format ${FORMATS.join('|')}.`,
    );
  }
  return { format: chosen, path: chosen === 'tfjs' && ending !== 'json' ? join(out, 'model.json') : out };
}

/** Before any work: a file that is there is the user's. @throws UsageError `file-exists` */
export function refuseToOverwrite({ path }: Output): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) throw new UsageError('bad-option', `${path} is a folder; name a file in it.`);
  throw new UsageError('file-exists', `${path} is there already; give another name, or --force to write over it.`);
}

export interface Contents {
  readonly tensors: readonly NamedTensor[];
  /** Strings that safetensors carries. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The architecture in Keras's form, for TensorFlow.js. */
  readonly topology: object | undefined;
}

/** Writes the file, or files, whole or not at all. Returns their sizes by path. */
export async function writeOutput(
  { format, path }: WeightsOutput,
  { tensors, metadata, topology }: Contents,
  force: boolean,
): Promise<ReadonlyMap<string, number>> {
  const files = new Map<string, Uint8Array>();
  if (format === 'safetensors') files.set(path, writeSafetensors(tensors, metadata));
  else if (format === 'npz') files.set(path, writeNpz(tensors));
  else {
    const name = basename(path);
    const parts = writeTfjs(tensors, { name, modelTopology: topology ?? null });
    // The model after its numbers, so that it never refers to what is not there.
    for (const [part, bytes] of [...parts].reverse()) files.set(join(dirname(path), part), bytes);
  }
  if (format === 'tfjs') await prepareFolder(dirname(path));
  return writeFiles(files, force);
}

/** Writes files that belong together into a folder that is there. Returns their sizes by path. */
export async function writeFiles(
  files: ReadonlyMap<string, Uint8Array>,
  force: boolean,
): Promise<ReadonlyMap<string, number>> {
  const there = [...files.keys()].find((file) => existsSync(file));
  if (there !== undefined && !force) {
    throw new UsageError(
      'file-exists',
      `${there} is there already; choose another folder, or --force to write over it.`,
    );
  }
  for (const path of files.keys()) {
    if (existsSync(dirname(path))) continue;
    throw new ConvzooError('cannot-write', `Cannot write ${path}: there is no folder ${dirname(path)}. Make it first.`);
  }
  await writeFilesAtomic(files);
  return new Map([...files].map(([file, bytes]) => [file, bytes.length]));
}
