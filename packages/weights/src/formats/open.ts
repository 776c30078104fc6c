import { readDirectory } from '../archive/directory.js';
import { type ByteSource, memorySource } from '../byte-source.js';
import { WeightsError } from '../errors.js';
import { isObject, readJson } from '../json.js';
import type { WeightFile, WeightFormat } from '../weight-file.js';
import { DETECT_BYTES, type Detected, detectArchive, detectFormat } from './detect.js';
import { openKerasH5 } from './keras-h5/index.js';
import { openKerasV3 } from './keras-v3/index.js';
import { openNpy, openNpz } from './npz/index.js';
import { openOnnx } from './onnx/index.js';
import { openPyTorch, type PyTorchOptions } from './pytorch/index.js';
import { openSafetensors } from './safetensors/index.js';
import { openSharded } from './sharded/index.js';
import { openTfjs } from './tfjs/index.js';

/** What formats let one choose; each passes over what is another's. */
export type OpenOptions = PyTorchOptions;

const openers: Readonly<Record<WeightFormat, (source: ByteSource, options: OpenOptions) => Promise<WeightFile>>> = {
  safetensors: openSafetensors,
  'keras-h5': openKerasH5,
  'keras-v3': openKerasV3,
  pytorch: openPyTorch,
  npz: openNpz,
  npy: openNpy,
  tfjs: openJson,
  onnx: openOnnx,
};

/** JSON refers to files of numbers beside it: a TensorFlow.js model does, and an index of several files. */
async function openJson(source: ByteSource): Promise<WeightFile> {
  const json = await readJson(source);
  return isObject(json) && json['weight_map'] !== undefined ? openSharded(source, json) : openTfjs(source);
}

/**
 * Opens a weight file of whatever format, told by its content. Throws WeightsError `unknown-format`, or what the format's
 * own reader throws. The source is closed with the file, and at once if it cannot be opened.
 */
export async function openWeights(
  source: ByteSource | Uint8Array | ArrayBuffer,
  options: OpenOptions = {},
): Promise<WeightFile> {
  const bytes = source instanceof Uint8Array || source instanceof ArrayBuffer ? memorySource(source) : source;
  try {
    const detected = await detect(bytes);
    if (detected !== undefined && 'format' in detected) return await openers[detected.format](bytes, options);
    throw unknownFormat(bytes, detected !== undefined && 'other' in detected ? detected.other : undefined);
  } catch (error) {
    await bytes.close?.();
    throw error;
  }
}

async function detect(source: ByteSource): Promise<Detected> {
  const detected = detectFormat(await source.read(0, Math.min(DETECT_BYTES, source.size)));
  const zipped = detected !== undefined && 'container' in detected;
  return zipped ? detectArchive((await readDirectory(source)).keys()) : detected;
}

function unknownFormat({ name, size }: ByteSource, other: string | undefined): WeightsError {
  const readable = `Formats that are read: ${Object.keys(openers).join(', ')}.`;
  if (size === 0) return new WeightsError('truncated', `${name} is empty; fetch it again.`);
  if (other !== undefined) return new WeightsError('unknown-format', `${name} is ${other}. ${readable}`);
  return new WeightsError('unknown-format', `${name} is no weight file, or its beginning is damaged. ${readable}`);
}
