import { type ByteSource, memorySource } from '../byte-source.js';
import { WeightsError } from '../errors.js';
import type { WeightFile, WeightFormat } from '../weight-file.js';
import { DETECT_BYTES, detectFormat } from './detect.js';
import { openKerasH5 } from './keras-h5/index.js';
import { openSafetensors } from './safetensors/index.js';

const openers: Readonly<Record<WeightFormat, (source: ByteSource) => Promise<WeightFile>>> = {
  safetensors: openSafetensors,
  'keras-h5': openKerasH5,
};

/**
 * Opens a weight file of whatever format, told by its content. Throws WeightsError `unknown-format`, or what the format's
 * own reader throws. The source is closed with the file, and at once if it cannot be opened.
 */
export async function openWeights(source: ByteSource | Uint8Array | ArrayBuffer): Promise<WeightFile> {
  const bytes = source instanceof Uint8Array || source instanceof ArrayBuffer ? memorySource(source) : source;
  try {
    const detected = detectFormat(await bytes.read(0, Math.min(DETECT_BYTES, bytes.size)));
    if (detected !== undefined && 'format' in detected) return await openers[detected.format](bytes);
    throw unknownFormat(bytes, detected?.other);
  } catch (error) {
    await bytes.close?.();
    throw error;
  }
}

function unknownFormat({ name, size }: ByteSource, other: string | undefined): WeightsError {
  const readable = `Formats that are read: ${Object.keys(openers).join(', ')}.`;
  if (size === 0) return new WeightsError('truncated', `${name} is empty; fetch it again.`);
  if (other !== undefined) return new WeightsError('unknown-format', `${name} is ${other}. ${readable}`);
  return new WeightsError('unknown-format', `${name} is no weight file, or its beginning is damaged. ${readable}`);
}
