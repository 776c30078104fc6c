import createWebp from '@jsquash/webp/codec/dec/webp_dec.js';
import { ImageError } from '../../errors.js';
import type { Image } from '../../image.js';
import { WasmCodec, type WasmModule } from '../../wasm/codec.js';
import { dropAlpha, type RgbaImage } from '../../wasm/image-data.js';
import type { Decoded } from '../types.js';
import { readWebp, type WebpContents, type WebpFrame } from './container.js';

interface Libwebp extends WasmModule {
  decode(bytes: Uint8Array): RgbaImage | null;
}

const libwebp = new WasmCodec<Libwebp>('the WebP decoder', createWebp, '@jsquash/webp/codec/dec/webp_dec.wasm');

/**
 * Decodes lossy and lossless WebP by libwebp, an animation to its first frame on a black canvas. Alpha is dropped
 * without blending, so the decoder is given the colours' bitstream alone.
 */
export async function decodeWebp(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const contents = readWebp(bytes, maxPixels);
  const { frame, orientation } = contents;
  const image = await libwebp.run((module) => {
    const rgba = callDecoder(module, frame);
    if (!rgba || rgba.width !== frame.width || rgba.height !== frame.height) {
      throw new ImageError('corrupt-image', 'WebP: its picture data cannot be decoded');
    }
    return dropAlpha(rgba);
  });
  return { image: onCanvas(image, contents), orientation };
}

function callDecoder(module: Libwebp, frame: WebpFrame): RgbaImage | null {
  try {
    return module.decode(simpleFile(frame));
  } catch (cause) {
    const what = `WebP: the decoder failed on ${frame.width}x${frame.height} pixels (${String(cause)})`;
    throw new ImageError(/memory/i.test(String(cause)) ? 'image-too-large' : 'corrupt-image', what, { cause });
  }
}

/** A file of nothing but this bitstream (RFC 9649, section 2.5 and 2.6). */
function simpleFile({ type, bitstream }: WebpFrame): Uint8Array {
  const padded = bitstream.length + (bitstream.length % 2);
  const file = new Uint8Array(20 + padded);
  const view = new DataView(file.buffer);
  const write = (text: string, at: number): void => {
    for (let i = 0; i < text.length; i++) file[at + i] = text.charCodeAt(i);
  };
  write('RIFF', 0);
  view.setUint32(4, 12 + padded, true);
  write(`WEBP${type}`, 8);
  view.setUint32(16, bitstream.length, true);
  file.set(bitstream, 20);
  return file;
}

function onCanvas(image: Image, { canvas, frame }: WebpContents): Image {
  if (canvas.width === frame.width && canvas.height === frame.height) return image;
  const data = new Uint8Array(canvas.width * canvas.height * 3);
  const rowBytes = frame.width * 3;
  for (let y = 0; y < frame.height; y++) {
    const row = image.data.subarray(y * rowBytes, (y + 1) * rowBytes);
    data.set(row, ((frame.y + y) * canvas.width + frame.x) * 3);
  }
  return { width: canvas.width, height: canvas.height, channels: 3, data };
}
