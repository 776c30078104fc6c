/** The one method that is needed of a global that TypeScript knows from the DOM's types only. */
declare const WebAssembly: {
  readonly Memory: { readonly prototype: { grow(this: { readonly buffer: ArrayBuffer }, pages: number): number } };
};

const PAGE_BYTES = 65_536;

/**
 * Runs `use` while no wasm memory may grow beyond `maxBytes`: the allocation that needs more fails, which HDF5 reports as
 * an error of its own. A damaged length in an h5 file makes it allocate and clear up to 2 GB, and the module offers no
 * limit. The method is replaced only for the time of one synchronous call, in which no other code can run.
 */
export function withMemoryLimit<T>(maxBytes: number, use: () => T): T {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (pages) {
    const bytes = this.buffer.byteLength + pages * PAGE_BYTES;
    if (bytes > maxBytes) throw new RangeError(`wasm memory of ${bytes} bytes is over the limit of ${maxBytes}`);
    return grow.call(this, pages);
  };
  try {
    return use();
  } finally {
    prototype.grow = grow;
  }
}
