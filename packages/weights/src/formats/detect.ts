import type { WeightFormat } from '../weight-file.js';

/** Bytes that {@link detectFormat} needs; HDF5's signature may be deeper, but Keras never puts it there. */
export const DETECT_BYTES = 64;

/**
 * What a file is by its first bytes: a format that is read here, an archive whose entries must be looked at
 * ({@link detectArchive}), or the name of something else that was recognised.
 */
export type Detected =
  | { readonly format: WeightFormat }
  | { readonly container: 'zip' }
  | { readonly other: string }
  | undefined;

interface Signature {
  readonly bytes: string;
  readonly found: Exclude<Detected, undefined>;
}

const WEB_PAGE = { other: 'a web page; the download went wrong' };

/** First bytes as latin-1. */
const SIGNATURES: readonly Signature[] = [
  { bytes: '\x89HDF\r\n\x1a\n', found: { format: 'keras-h5' } },
  { bytes: 'PK\x03\x04', found: { container: 'zip' } },
  // A pickle of protocols 2 to 5; which of them torch wrote, its reader tells.
  ...['\x02', '\x03', '\x04', '\x05'].map((protocol) => ({
    bytes: `\x80${protocol}`,
    found: { format: 'pytorch' } as const,
  })),
  { bytes: '\x93NUMPY', found: { format: 'npy' } },
  { bytes: '\x1f\x8b', found: { other: 'compressed by gzip' } },
  {
    bytes: 'version https://git-lfs',
    found: { other: 'a Git LFS pointer; fetch the file itself with `git lfs pull`' },
  },
  { bytes: '<!DOCTYPE', found: WEB_PAGE },
  { bytes: '<html', found: WEB_PAGE },
  { bytes: '\x89PNG', found: { other: 'a picture' } },
  { bytes: '\xff\xd8\xff', found: { other: 'a picture' } },
];

/** An object or a list, and what may follow in it. */
const JSON_BEGINNING = /^\s*(?:\{\s*["}]|\[\s*[[{\]])/;

/**
 * A protobuf message whose first field is the small number that an ONNX model begins with, the version of its form, and
 * whose next is another field of ModelProto. Protobuf has no signature.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are bytes.
const ONNX_BEGINNING = /^\x08[\x01-\x1f][\x12\x1a\x22\x28\x32\x3a\x42\x72]/;

/** The format of a file by its content, never by its name. `bytes` are its first {@link DETECT_BYTES}, or all of it. */
export function detectFormat(bytes: Uint8Array): Detected {
  const text = String.fromCharCode(...bytes.subarray(0, DETECT_BYTES));
  // safetensors has no signature: a length of 8 bytes, then JSON. The length comes first, since its lower bytes may be
  // another's signature; that of a pickle is 640.
  const isObject = text.charCodeAt(8) === 0x7b;
  if (isObject && text.slice(4, 8) === '\0\0\0\0') return { format: 'safetensors' };
  const known = SIGNATURES.find((signature) => text.startsWith(signature.bytes));
  if (known !== undefined) return known.found;
  if (ONNX_BEGINNING.test(text)) return { format: 'onnx' };
  if (JSON_BEGINNING.test(text)) return { format: 'tfjs' };
  return isObject ? { format: 'safetensors' } : undefined;
}

/** The format of a zip archive by the names of its entries. */
export function detectArchive(names: Iterable<string>): Detected {
  let arrays = 0;
  for (const name of names) {
    if (/^[^/]*\/data\.pkl$/.test(name)) return { format: 'pytorch' };
    if (name === 'model.weights.h5' || name === 'model.weights.npz') return { format: 'keras-v3' };
    if (name.endsWith('.npy')) arrays++;
  }
  return arrays > 0 ? { format: 'npz' } : { other: 'a zip archive without weights' };
}
