/**
 * SHA-256 in hexadecimal of an array's bytes as they lie in memory: float32 is little-endian on all our platforms.
 * WebCrypto is ten times faster, but missing on pages without https, and it refuses shared memory.
 */
export async function sha256Hex(data: Uint8Array | Float32Array): Promise<string> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const subtle = (globalThis as { crypto?: Crypto }).crypto?.subtle as SubtleCrypto | undefined;
  if (subtle && bytes.buffer instanceof ArrayBuffer) {
    return hexadecimal(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
  }
  const { sha256 } = await import('@noble/hashes/sha2.js');
  return hexadecimal(sha256(bytes));
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
