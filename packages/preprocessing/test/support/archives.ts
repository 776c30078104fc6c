import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import type { ByteSource } from '../../src/datasets/index.js';

/** A tar of files in the order given. */
export async function tarOf(files: readonly (readonly [name: string, body: Uint8Array])[]): Promise<Uint8Array> {
  return packTar(files.map(([name, body]) => ({ header: { name, size: body.length }, body })));
}

/** Bytes in memory as a source, handed out in chunks of any size. */
export function sourceOf(bytes: Uint8Array, { name = 'memory.tar', chunk = 1000 } = {}): ByteSource {
  return {
    name,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.slice(at, at + chunk);
    },
  };
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export { gzipSync };

/** A header of 512 bytes as a tar has them, for what no packer would write. */
export function tarHeader(name: string, size: string, type = '0'): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, value: string): void => header.set(text(value), at);
  put(0, name);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, size);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, value) => total + value, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
