import createMozjpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { ImageError } from '../../errors.js';
import type { Image, Size } from '../../image.js';
import { WasmCodec, type WasmModule } from '../../wasm/codec.js';
import { dropAlpha, type RgbaImage } from '../../wasm/image-data.js';
import type { Decoded } from '../types.js';
import { type JpegHeader, readJpegHeader } from './header.js';

interface Mozjpeg extends WasmModule {
  decode(bytes: Uint8Array, applyOrientation: boolean): RgbaImage | null;
}

const mozjpeg = new WasmCodec<Mozjpeg>('the JPEG decoder', createMozjpeg, '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');

/** Decodes baseline and progressive JPEG, grey, RGB or CMYK, by mozjpeg: the pixels of Pillow with libjpeg-turbo. */
export async function decodeJpeg(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const header = readJpegHeader(bytes, maxPixels);
  return { image: await readPixels(bytes, header), orientation: header.orientation };
}

async function readPixels(bytes: Uint8Array, header: JpegHeader): Promise<Image> {
  if (header.components === 4) {
    const { decodeCmyk } = await import('./cmyk.js');
    return decodeCmyk(bytes, header, (file) => runDecoder(file, header));
  }
  if (header.halvedRows) {
    const { decodeHalvedRows } = await import('./halved-rows.js');
    return decodeHalvedRows(bytes, header, runDecoder);
  }
  return runDecoder(bytes, header);
}

async function runDecoder(bytes: Uint8Array, size: Size): Promise<Image> {
  return mozjpeg.run((module, messages) => {
    const rgba = callDecoder(module, messages, bytes, size);
    if (messages.some((message) => message.includes('Premature end of JPEG file'))) {
      throw new ImageError('truncated-image', 'JPEG: the picture data ends before the picture is complete');
    }
    if (!rgba || rgba.width !== size.width || rgba.height !== size.height) {
      throw new ImageError('corrupt-image', 'JPEG: the decoder gave no picture of the size in the header');
    }
    return dropAlpha(rgba);
  });
}

/** libjpeg's fatal errors leave the module by an exit. */
function callDecoder(
  module: Mozjpeg,
  messages: readonly string[],
  bytes: Uint8Array,
  { width, height }: Size,
): RgbaImage | null {
  try {
    return module.decode(bytes, false);
  } catch (cause) {
    const exited = (cause as { name?: unknown }).name === 'ExitStatus';
    const reason = messages.at(-1) ?? String(cause);
    if (!exited && /memory/i.test(reason)) {
      const what = `JPEG: the decoder has no memory for ${width}x${height} pixels`;
      throw new ImageError('image-too-large', what, { cause });
    }
    throw new ImageError('corrupt-image', `JPEG: ${reason}`, { cause });
  }
}
