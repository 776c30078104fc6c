/**
 * In browsers and workers the decoder fetches its own code: it says `new URL('mozjpeg_dec.wasm', import.meta.url)`,
 * which bundlers understand.
 */
export async function loadMozjpegWasm(): Promise<Uint8Array | undefined> {
  return undefined;
}
