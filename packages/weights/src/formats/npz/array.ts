import type { HostTensor } from '@convzoo/layers';
import { gather } from '../../gather.js';
import { bytesPerElement, tensorOver } from '../../tensor-bytes.js';
import type { NpyHeader } from './header.js';

/** The values after a header as a tensor: little-endian, last axis fastest. `bytes` may be changed. */
export function toTensor({ dtype, shape, fortran, bigEndian }: NpyHeader, bytes: Uint8Array<ArrayBuffer>): HostTensor {
  const size = bytesPerElement(dtype);
  if (bigEndian) swapBytes(bytes, size);
  if (!fortran || shape.length < 2) return tensorOver(dtype, shape, bytes);
  let stride = 1;
  const strides = shape.map((extent) => {
    const own = stride;
    stride *= extent;
    return own;
  });
  return tensorOver(dtype, shape, gather(bytes, size, shape, strides));
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at + size <= bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
