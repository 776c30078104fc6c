import { type DType, formatShape, type HostTensor, sizeOf } from '@convzoo/layers';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { MAX_EXPANSION } from '../../limits.js';
import { bytesPerElement } from '../../tensor-bytes.js';
import { noSuchTensor, type TensorInfo, type WeightFile } from '../../weight-file.js';
import { readLegacy } from './legacy.js';
import { findStateDict, type StateDict } from './state-dict.js';
import { isDType, materialise, type TorchTensor } from './tensor.js';
import { readZip } from './zip.js';

export interface PyTorchOptions {
  /** Which of several state dicts, by its keys joined with dots, e.g. `ema`; by default one is chosen by its key. */
  readonly part?: string;
}

/**
 * Opens what `torch.save` wrote: the zip form (torch 1.6 and later) or the older form of pickles. Reads the pickle and no
 * tensor, and interprets it as data: nothing in it can run, and what is no tensor, dict or plain value is refused by name
 * (WeightsError `unsafe-pickle`).
 *
 * In a checkpoint the state dict is found under its usual keys; metadata say where (`state_dict`), which others there are
 * (`other_state_dicts`), what in it holds no tensor (`skipped`), and the form (`container`: `zip` or `legacy`).
 *
 * Other codes: `truncated`, `too-large`, `bad-header`, `bad-offsets`, `bad-shape`, `unknown-dtype`, `duplicate-name`.
 */
export async function openPyTorch(source: ByteSource, options: PyTorchOptions = {}): Promise<WeightFile> {
  const start = await source.read(0, Math.min(4, source.size));
  const zipped = start[0] === 0x50 && start[1] === 0x4b;
  const checkpoint = await (zipped ? readZip : readLegacy)(source).catch((error: unknown) => named(source, error));
  const dict = findStateDict(checkpoint.value, source.name, options.part);
  const entries = new Map([...dict.tensors].map(([name, tensor]) => [name, entryOf(name, tensor, source)]));
  return {
    format: 'pytorch',
    name: source.name,
    tensors: [...entries.values()].map(({ info }) => info),
    metadata: metadataOf(dict, zipped ? 'zip' : 'legacy'),
    async read(name): Promise<HostTensor> {
      const { tensor, dtype } = entries.get(name) ?? noSuchTensor(source.name, name);
      if (tensor.length === 0) return materialise(tensor, dtype, new Uint8Array(0));
      return materialise(tensor, dtype, await checkpoint.read(tensor.storage, tensor.start, tensor.length));
    },
    async close() {
      await source.close?.();
    },
  };
}

interface Entry {
  readonly info: TensorInfo;
  readonly tensor: TorchTensor;
  readonly dtype: DType;
}

function entryOf(name: string, tensor: TorchTensor, source: ByteSource): Entry {
  const { dtype, shape } = tensor;
  if (!isDType(dtype)) {
    throw new WeightsError('unknown-dtype', `${source.name}: "${name}" is of ${dtype}, which is not read here.`);
  }
  const bytes = sizeOf(shape) * bytesPerElement(dtype);
  // A stride of 0 repeats one number as often as the shape says.
  if (!(bytes <= MAX_EXPANSION * source.size)) {
    throw new WeightsError(
      'too-large',
      `${source.name}: "${name}" of ${formatShape(shape)} would need ${bytes} bytes, more than ${MAX_EXPANSION} times the file's ${source.size}; it is broken or made to harm.`,
    );
  }
  return { info: { name, dtype, shape }, tensor, dtype };
}

function metadataOf({ path, others, skipped }: StateDict, container: string): ReadonlyMap<string, string> {
  const metadata = new Map([['container', container]]);
  if (path !== '') metadata.set('state_dict', path);
  const paths = others.map((other) => (other === '' ? '(top level)' : other));
  if (paths.length > 0) metadata.set('other_state_dicts', paths.join(', '));
  if (skipped.length > 0) metadata.set('skipped', skipped.join(', '));
  return metadata;
}

/** The interpreter of pickles knows no file. */
function named({ name }: ByteSource, error: unknown): never {
  if (!(error instanceof WeightsError) || error.message.includes(name)) throw error;
  throw new WeightsError(error.code, `${name}: ${error.message}`, { cause: error });
}
