import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { HashAlgorithm, MakeHasher } from '../checksum.js';

export const nodeHasher: MakeHasher = (algorithm) => {
  const hash = createHash(algorithm);
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
};

/** Digest of a file in hexadecimal digits, read piece by piece. */
export async function hashFile(path: string, algorithm: HashAlgorithm, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  for await (const bytes of createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(signal !== undefined && { signal }),
  })) {
    hash.update(bytes as Uint8Array);
  }
  return hash.digest('hex');
}
