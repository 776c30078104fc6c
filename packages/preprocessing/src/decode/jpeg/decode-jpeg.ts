import createMozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { loadMozjpegWasm } from '#mozjpeg-wasm';
import { ImageError, PreprocessingError } from '../../errors.js';
import type { Image } from '../../image.js';
import type { Decoded } from '../types.js';
import { type JpegHeader, readJpegHeader } from './header.js';

/** The little of the emscripten module that is used; its own types need the DOM. */
interface Mozjpeg {
  decode(
    bytes: Uint8Array,
    applyOrientation: boolean,
  ): { width: number; height: number; data: Uint8ClampedArray } | null;
  readonly HEAPU8: Uint8Array;
}

interface Decoder {
  readonly module: Mozjpeg;
  /** What the decoder prints; libjpeg reports its warnings and its reasons only so. */
  readonly messages: string[];
}

/** Wasm memory never shrinks, so a decoder that a large picture has blown up is dropped afterwards. */
const MAX_KEPT_BYTES = 128 * 2 ** 20;

let binary: Promise<Uint8Array | undefined> | undefined;
let current: Promise<Decoder> | undefined;

/** Decodes baseline and progressive JPEG, grey or RGB, by mozjpeg: the pixels of Pillow with libjpeg-turbo. */
export async function decodeJpeg(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const header = readJpegHeader(bytes, maxPixels);
  current ??= createDecoder();
  const decoder = await current.catch((cause: unknown) => {
    // A failed fetch may succeed the next time.
    current = undefined;
    binary = undefined;
    throw new PreprocessingError('decoder-unavailable', `the JPEG decoder could not be loaded: ${String(cause)}`, {
      cause,
    });
  });
  return { image: runDecoder(decoder, bytes, header), orientation: header.orientation };
}

async function createDecoder(): Promise<Decoder> {
  binary ??= loadMozjpegWasm();
  const wasmBinary = await binary;
  const messages: string[] = [];
  const print = (message: string): void => {
    messages.push(message);
  };
  const options = { noInitialRun: true, print, printErr: print, ...(wasmBinary && { wasmBinary }) };
  const module: unknown = await withImageData(() => createMozjpeg(options as never));
  return { module: module as Mozjpeg, messages };
}

function runDecoder(decoder: Decoder, bytes: Uint8Array, header: JpegHeader): Image {
  const { module, messages } = decoder;
  messages.length = 0;
  try {
    const rgba = withImageData(() => module.decode(bytes, false));
    if (messages.some((message) => message.includes('Premature end of JPEG file'))) {
      throw new ImageError('truncated-image', 'JPEG: the picture data ends before the picture is complete');
    }
    if (!rgba || rgba.width !== header.width || rgba.height !== header.height) {
      throw new ImageError('corrupt-image', 'JPEG: the decoder gave no picture of the size in the header');
    }
    return { width: rgba.width, height: rgba.height, channels: 3, data: dropAlpha(rgba.data) };
  } catch (cause) {
    // libjpeg's fatal errors leave the module by an exit, which also leaves its memory in an unknown state.
    current = undefined;
    if (cause instanceof ImageError) throw cause;
    throw fatal(cause, messages, header);
  } finally {
    if (module.HEAPU8.length > MAX_KEPT_BYTES) current = undefined;
  }
}

function fatal(cause: unknown, messages: readonly string[], { width, height }: JpegHeader): ImageError {
  const exited = (cause as { name?: unknown }).name === 'ExitStatus';
  const reason = messages.at(-1) ?? String(cause);
  if (!exited && /memory/i.test(reason)) {
    return new ImageError('image-too-large', `JPEG: the decoder has no memory for ${width}x${height} pixels`, {
      cause,
    });
  }
  return new ImageError('corrupt-image', `JPEG: ${reason}`, { cause });
}

/**
 * The decoder builds its result with the global `ImageData`, and its glue defines one in Node. A library should not
 * leave such a global behind (others take it for a sign of a browser), so it exists only while the decoder runs.
 */
function withImageData<T>(run: () => T): T {
  const scope = globalThis as { ImageData?: unknown };
  if (scope.ImageData) return run();
  scope.ImageData = class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  };
  try {
    return run();
  } finally {
    delete scope.ImageData;
  }
}

function dropAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return rgb;
}
