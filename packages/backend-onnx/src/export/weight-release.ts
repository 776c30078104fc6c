import { discardValues, type Float32Tensor, freeArray, originOf } from '@convzoo/layers';
import type { Tensor } from '../proto/model.js';

export const bytesOf = (data: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Frees weights as they are written, so that a network is not held twice: values that were made for it, and given ones. */
export class WeightRelease {
  readonly #consume: boolean;
  /** How often each tensor is still to be written. */
  readonly #uses = new Map<Float32Tensor, number>();

  /** @param consume whether arrays of the caller may be freed too */
  constructor(consume: boolean) {
    this.#consume = consume;
  }

  /** The bytes of a tensor in another order, and what is done when they are written. */
  use(tensor: Float32Tensor, arrange: (data: Float32Array) => Float32Array): Pick<Tensor, 'raw' | 'written'> {
    const sources = sourcesOf(tensor);
    for (const source of sources) this.#uses.set(source, this.#usesOf(source) + 1);
    let copy: Float32Array | undefined;
    return {
      raw: () => {
        const { data } = tensor;
        const arranged = arrange(data);
        copy = arranged === data ? undefined : arranged;
        return bytesOf(arranged);
      },
      written: () => {
        if (copy !== undefined) freeArray(copy);
        copy = undefined;
        for (const source of sources) {
          const left = this.#usesOf(source) - 1;
          this.#uses.set(source, left);
          if (left === 0) this.#free(source);
        }
      },
    };
  }

  #usesOf(tensor: Float32Tensor): number {
    return this.#uses.get(tensor) ?? 0;
  }

  #free(tensor: Float32Tensor): void {
    if (originOf(tensor) !== undefined) discardValues(tensor);
    else if (this.#consume) freeArray(tensor.data);
  }
}

/** A tensor, and those that its values are made from: a kernel with a norm folded into it is another one scaled. */
function sourcesOf(tensor: Float32Tensor): readonly Float32Tensor[] {
  const origin = originOf(tensor);
  return origin?.kind === 'scaled' ? [tensor, ...sourcesOf(origin.values)] : [tensor];
}
