/**
 * In browsers and workers a codec fetches its own code: it says `new URL('mozjpeg_dec.wasm', import.meta.url)`, which
 * bundlers understand.
 */
export async function loadWasmBinary(_path: string): Promise<Uint8Array | undefined> {
  return undefined;
}
