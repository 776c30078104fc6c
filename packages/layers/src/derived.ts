import { ConvzooError } from './errors.js';
import { type Shape, sizeOf } from './shape.js';
import type { Float32Tensor } from './tensor.js';

/**
 * What the values of a tensor are made from, where they are made when they are asked for. Whoever can use that itself, as an
 * engine that widens while it packs, saves the array of the values.
 */
export type Origin =
  /** Values that are read when they are asked for, e.g. from a file: an array of the caller's own. */
  | { readonly kind: 'float32'; read(): Float32Array }
  /** Likewise IEEE half precision, of which every number is one of float32. */
  | { readonly kind: 'float16'; read(): Uint16Array }
  /** Values times a factor for each place of the last axis: the product in float64, rounded once. */
  | { readonly kind: 'scaled'; readonly values: Float32Tensor; readonly factors: Float64Array };

// By identity and not in the tensor, so that a copy with other values has no origin.
const origins = new WeakMap<object, { readonly origin: Origin; readonly discard: () => void }>();

/** What a tensor's values are made from; `undefined` where it holds them. */
export const originOf = (tensor: Float32Tensor): Origin | undefined => origins.get(tensor)?.origin;

/** Frees the values that were made for a derived tensor, if there are any; they are made again when they are asked for. */
export const discardValues = (tensor: Float32Tensor): void => origins.get(tensor)?.discard();

/**
 * A tensor whose values are made when `data` is asked for, and again when they have been collected meanwhile: they are not to be
 * written to.
 */
export function derivedTensor(shape: Shape, origin: Origin): Float32Tensor {
  let made: WeakRef<Float32Array> | undefined;
  const tensor: Float32Tensor = {
    shape,
    dtype: 'float32',
    get data() {
      const known = made?.deref();
      if (known !== undefined) return known;
      const data = valuesOf(origin);
      if (data.length !== sizeOf(shape)) {
        throw new ConvzooError(
          'wrong-size',
          `A tensor of shape [${shape.join(', ')}] needs ${sizeOf(shape)} values, but ${data.length} were read.`,
        );
      }
      made = new WeakRef(data);
      return data;
    },
  };
  origins.set(tensor, {
    origin,
    discard() {
      const known = made?.deref();
      made = undefined;
      if (known !== undefined) freeArray(known);
    },
  });
  return tensor;
}

function valuesOf(origin: Origin): Float32Array {
  switch (origin.kind) {
    case 'float32':
      return origin.read();
    case 'float16': {
      const bits = origin.read();
      const values = widenFloat16(bits);
      freeArray(bits);
      return values;
    }
    case 'scaled':
      return scale(origin.values.data, origin.factors);
  }
}

/** IEEE 754 half precision: 1 sign bit, 5 of exponent, 10 of fraction. Exact; NaN payloads are kept. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const floats = new Float32Array(bits.length);
  const result = new Uint32Array(floats.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] as number;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) {
      // Zero and subnormals: fraction * 2^-24 is exact in float32.
      floats[i] = fraction * 2 ** -24;
      result[i] = (result[i] as number) | sign;
    } else {
      result[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  return floats;
}

function scale(values: Float32Array, factors: Float64Array): Float32Array {
  const result = new Float32Array(values.length);
  const { length } = factors;
  for (let i = 0; i < result.length; i += length) {
    for (let c = 0; c < length; c++) result[i + c] = (values[i + c] as number) * (factors[c] as number);
  }
  return result;
}

/**
 * Frees the memory of an array now, and not when the garbage is collected next, which may be after the largest allocation. Only
 * where the array is all of its buffer: others may use the rest. It is empty afterwards.
 */
export function freeArray({ buffer, byteLength }: ArrayBufferView): void {
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
