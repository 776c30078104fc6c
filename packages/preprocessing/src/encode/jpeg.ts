import createMozjpeg from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { invalidArgument } from '../errors.js';
import type { Image } from '../image.js';
import { WasmCodec, type WasmModule } from '../wasm/codec.js';
import { addAlpha } from '../wasm/image-data.js';
import type { JpegOptions } from './encode.js';

interface MozjpegEncoder extends WasmModule {
  encode(rgba: Uint8Array, width: number, height: number, options: Readonly<Record<string, unknown>>): Uint8Array;
}

const mozjpeg = new WasmCodec<MozjpegEncoder>(
  'the JPEG encoder',
  createMozjpeg,
  '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm',
);

/** The format's own limit: sizes have 16 bits. */
const MAX_SIDE = 65_535;
/** mozjpeg's number for YCbCr, and for its quantisation tables of the standard's annex K. */
const YCBCR = 3;
const STANDARD_TABLES = 0;

export async function encodeJpeg(
  image: Image,
  { quality = 90, subsampling = '4:4:4', progressive = false }: Omit<JpegOptions, 'format'> = {},
): Promise<Uint8Array> {
  if (!(quality >= 1 && quality <= 100)) throw invalidArgument(`the quality of a JPEG is 1 to 100, got ${quality}`);
  if (subsampling !== '4:4:4' && subsampling !== '4:2:0') {
    throw invalidArgument(`the subsampling of a JPEG is 4:4:4 or 4:2:0, got ${String(subsampling)}`);
  }
  const { width, height } = image;
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw invalidArgument(`a JPEG has sides of at most ${MAX_SIDE} pixels, got ${width}x${height}`);
  }
  const options = {
    quality,
    baseline: !progressive,
    progressive,
    arithmetic: false,
    optimize_coding: true,
    smoothing: 0,
    color_space: YCBCR,
    quant_table: STANDARD_TABLES,
    trellis_multipass: false,
    trellis_opt_zero: false,
    trellis_opt_table: false,
    trellis_loops: 1,
    auto_subsample: false,
    chroma_subsample: subsampling === '4:2:0' ? 2 : 1,
    separate_chroma_quality: false,
    chroma_quality: quality,
  };
  // The result is a view into the codec's memory, which the next call overwrites.
  return mozjpeg.run((module) => module.encode(addAlpha(image), width, height, options).slice());
}
