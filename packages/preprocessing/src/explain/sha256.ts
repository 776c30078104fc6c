import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 in hexadecimal of an array's bytes as they lie in memory: float32 is little-endian on all our platforms. */
export function sha256Hex(data: Uint8Array | Float32Array): string {
  return bytesToHex(sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}
