import type { WeightFormat } from '../weight-file.js';

/** Bytes that {@link detectFormat} needs; HDF5's signature may be deeper, but Keras never puts it there. */
export const DETECT_BYTES = 64;

/** What a file is by its first bytes: a format that is read here, or the name of something else that was recognised. */
export type Detected = { readonly format: WeightFormat } | { readonly other: string } | undefined;

interface Signature {
  readonly bytes: string;
  readonly found: Exclude<Detected, undefined>;
}

/** First bytes as latin-1. */
const SIGNATURES: readonly Signature[] = [
  { bytes: '\x89HDF\r\n\x1a\n', found: { format: 'keras-h5' } },
  { bytes: 'PK\x03\x04', found: { other: 'a zip archive (.pt, .keras and .npz are)' } },
  { bytes: '\x80\x02', found: { other: 'a Python pickle (old .pt and .pth are)' } },
  { bytes: '\x93NUMPY', found: { other: 'a NumPy array' } },
  { bytes: '\x1f\x8b', found: { other: 'compressed by gzip' } },
  {
    bytes: 'version https://git-lfs',
    found: { other: 'a Git LFS pointer; fetch the file itself with `git lfs pull`' },
  },
  { bytes: '<!DOCTYPE', found: { other: 'a web page; the download went wrong' } },
  { bytes: '<html', found: { other: 'a web page; the download went wrong' } },
  { bytes: '\x89PNG', found: { other: 'a picture' } },
  { bytes: '\xff\xd8\xff', found: { other: 'a picture' } },
];

/** The format of a file by its content, never by its name. `bytes` are its first {@link DETECT_BYTES}, or all of it. */
export function detectFormat(bytes: Uint8Array): Detected {
  const text = String.fromCharCode(...bytes.subarray(0, DETECT_BYTES));
  const known = SIGNATURES.find((signature) => text.startsWith(signature.bytes));
  if (known !== undefined) return known.found;
  // safetensors has no signature: a length of 8 bytes, then JSON.
  return text.charCodeAt(8) === 0x7b ? { format: 'safetensors' } : undefined;
}
