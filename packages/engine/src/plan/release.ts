import { type Float32Tensor, originOf } from '@convzoo/layers';

/** What holds a tensor's values: the tensor that others are scaled from. */
export function holderOf(tensor: Float32Tensor): Float32Tensor {
  const origin = originOf(tensor);
  return origin?.kind === 'scaled' ? holderOf(origin.values) : tensor;
}

/**
 * Frees the memory of an array now, and not when the garbage is collected next, which may be after the largest allocation. Only
 * where the array is all of its buffer: others may use the rest.
 */
export function freeArray({ buffer, byteLength }: Float32Array | Uint16Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength || byteLength === 0) return;
  if ('transfer' in buffer && typeof buffer.transfer === 'function') buffer.transfer(0);
  // Node 20 has no such method, but frees what is posted to nobody.
  else postToNobody(buffer);
}

let nobody: MessagePort | undefined;

function postToNobody(buffer: ArrayBuffer): void {
  if (nobody === undefined) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    port1.close();
    nobody = port1;
  }
  nobody.postMessage(null, [buffer]);
}
