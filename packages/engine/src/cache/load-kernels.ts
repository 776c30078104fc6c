import { type Graph, hashGraph } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import type { Packer } from '../plan/pack.js';
import type { WeightsCache } from './weights-cache.js';

/** To be raised when what `Packer` puts into its places changes and the code of its kernels does not. */
const VERSION = 1;
/** `cvzk` and the version, then the bytes of all kernels and their checksum. */
const MAGIC = 0x6b7a_7663;
const HEADER_WORDS = 12;

/** Below so many bytes packing is about as fast as reading what was packed. */
export const WORTH_CACHING = 33_554_432;

export interface LoadOptions {
  /** The network in the form that is packed. */
  readonly graph: Graph;
  readonly arithmetic: Arithmetic;
  readonly cache: WeightsCache | undefined;
  /** A name of the parameters' values. Without one nothing is cached: they would have to be read to know them again. */
  readonly fingerprint: string | undefined;
  readonly consume: boolean | undefined;
  /** Bytes of kernels from which on they are cached. */
  readonly least: number;
}

/** Fills the places of a network's kernels: from the cache if they are there and whole, else from the parameters. */
export async function loadKernels(packer: Packer, options: LoadOptions): Promise<void> {
  const { cache, consume, least } = options;
  const key = cache === undefined || packer.bytes < least ? undefined : await keyOf(packer, options);
  if (cache === undefined || key === undefined) {
    packer.pack({ consume });
    return;
  }
  if (await restored(packer, cache, key)) {
    packer.skip({ consume });
    return;
  }
  packer.pack({ consume });
  // Kernels that did not fit their place are the exception, and lie elsewhere.
  if (packer.inPlace) await cache.write(key, [headerOf(packer), ...packer.views()]).catch(() => undefined);
}

async function restored(packer: Packer, cache: WeightsCache, key: string): Promise<boolean> {
  const header = new Uint8Array(4 * HEADER_WORDS);
  // A cache is there to save time: what is wrong with it is no reason to compute nothing.
  const found = await cache.read(key, [header, ...packer.views()]).catch(() => false);
  return found && headerOf(packer).every((byte, i) => byte === header[i]);
}

function headerOf(packer: Packer): Uint8Array<ArrayBuffer> {
  const words = new Int32Array(HEADER_WORDS);
  words.set([MAGIC, VERSION, packer.bytes / 32]);
  words.set(packer.checksum(), 4);
  return new Uint8Array(words.buffer);
}

/** A name for what is packed: from which values, into which form, by which code. Undefined where there is none. */
async function keyOf(packer: Packer, { graph, arithmetic, fingerprint }: LoadOptions): Promise<string | undefined> {
  if (fingerprint === undefined) return undefined;
  // Pages without a secure context have no digests, and no private file system either.
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const parts = [VERSION, await hashGraph(graph), fingerprint, arithmetic, packer.forms, await sha256(packer.code)];
  return sha256(new TextEncoder().encode(JSON.stringify(parts)));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
