// Every vector of the goldens that needs no file outside the repository. This file runs in Node (vitest.config.ts) and in
// Chromium (vitest.browser.config.ts): nothing in it may be for one of them only.
import { describe, expect, test } from 'vitest';
import {
  type Box,
  centerCrop,
  decode,
  type Filter,
  type FloatImage,
  type Image,
  normalisations,
  preprocess,
  resizeShorterSide,
  resizeTensorflow,
  resizeTorch,
  runImageStages,
  stagesOf,
  type TensorflowMethod,
  type TorchInterpolation,
  tensorOf,
  toFloatImage,
  toTensor,
} from '../src/index.js';
import { resamplePlain } from '../src/resize/plain.js';
import { type Resampler, resizeBy } from '../src/resize/resize.js';
import { resampleSimd } from '../src/resize/simd.js';
import { syntheticImage } from './support/synthetic.js';
import { hashOf, pictureBytes, vectors } from './support/vectors.js';

type Pair = [height: number, width: number];

interface Hashed {
  sha256: string;
  /** Pillow 13's answer where it differs; either is right (goldens/README.md, section 4). */
  sha256_pillow13?: string;
}

interface ResizeRecord extends Hashed {
  image: string;
  source: Pair;
  filter: string | null;
  size: Pair;
  box?: [number, number, number, number] | null;
}

/** The records for which `wrong` says what is wrong. */
async function mistakes<T>(records: T[], wrong: (record: T) => Promise<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const record of records) {
    const problem = await wrong(record);
    if (problem !== undefined) found.push({ ...record, problem });
  }
  return found;
}

async function differs(image: Image, { sha256, sha256_pillow13 }: Hashed): Promise<string | undefined> {
  const hash = await hashOf(image.data);
  return hash === sha256 || hash === sha256_pillow13 ? undefined : hash;
}

/** Both ways to compute a resize have to pass the same vectors. */
const RESAMPLERS: [string, Resampler][] = [
  ['SIMD', (image, columns, rows) => resampleSimd(image, columns, rows)!],
  ['plain TypeScript', resamplePlain],
];

describe.each(RESAMPLERS)('Pillow resize to the bit, %s', (_, resampler) => {
  test.each([
    ['pillow-resize', 178],
    ['pillow-boxes', 480],
  ])('%s: %i records', async (name, count) => {
    const records = await vectors<ResizeRecord>(name);
    expect(records).toHaveLength(count);
    const wrong = await mistakes(records, (record) => {
      const source = syntheticImage(record.image, ...record.source);
      if (record.filter === null) return differs(source, record);
      const [height, width] = record.size;
      const [left, top, right, bottom] = record.box ?? [];
      const box = record.box ? { box: { left, top, right, bottom } as Box } : {};
      const options = { height, width, filter: record.filter.toLowerCase() as Filter, ...box };
      return differs(resizeBy(resampler, source, options), record);
    });
    expect(wrong).toEqual([]);
  });
});

interface KerasRecord extends Hashed {
  kind: string;
  image: string;
  source: Pair;
  target: Pair;
  interpolation: Filter;
  keep_aspect_ratio: boolean;
  mode: 'caffe' | 'tf' | 'torch';
  method: TensorflowMethod;
  antialias: boolean;
  sum: number;
  at: number[];
  values: number[];
}

async function kerasRecords(kind: string, count: number): Promise<KerasRecord[]> {
  const records = (await vectors<KerasRecord>('keras-preprocessing')).filter((record) => record.kind === kind);
  expect(records).toHaveLength(count);
  return records;
}

describe('Keras', () => {
  test('load_img: 48 records, half of them with keep_aspect_ratio, to the bit', async () => {
    const records = await kerasRecords('load_img', 48);
    const wrong = await mistakes(records, (record) => {
      const [height, width] = record.target;
      const { image } = stagesOf({
        name: 'load_img',
        resize: { mode: record.keep_aspect_ratio ? 'keep-aspect' : 'exact', height, width },
        filter: record.interpolation,
        crop: null,
        normalise: normalisations.raw,
      });
      return differs(runImageStages(syntheticImage(record.image, ...record.source), image), record);
    });
    expect(wrong).toEqual([]);
  });

  test('preprocess_input: three modes, every value within 1e-6 of itself (or of 1 where it is smaller)', async () => {
    const records = await kerasRecords('preprocess_input', 3);
    expect(records.map(({ mode }) => mode).sort()).toEqual(['caffe', 'tf', 'torch']);
    for (const { mode, source, values } of records) {
      const tensor = toTensor(syntheticImage('hash', ...source), normalisations[mode]);
      expect(tensor).toHaveLength(values.length);
      expect(
        worst(tensor, values, (_, value) => Math.max(1, Math.abs(value))),
        mode,
      ).toBeLessThan(1e-6);
    }
  });
});

/** The largest difference from the expected values, each in the unit that `scale` gives it. */
function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale: (index: number, value: number) => number,
): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!) / scale(i, expected[i]!));
  }
  return largest;
}

interface SampledRecord {
  source: Pair;
  target: Pair;
  sum: number;
  at: number[];
  values: number[];
}

/** How far the picture is from the record, in parts of `range`, the range of the values that went in. */
function distance({ data }: FloatImage, { target, sum, at, values }: SampledRecord, range: number): number {
  expect(data).toHaveLength(target[0] * target[1] * 3);
  const picked = at.map((index) => data[index]!);
  const total = data.reduce((all, value) => all + value, 0);
  return Math.max(
    worst(picked, values, () => range),
    Math.abs(total - sum) / (range * data.length),
  );
}

describe('tf.image.resize, within 1e-6 of the range of values', () => {
  test.each([
    ['keras-preprocessing', 36],
    ['tensorflow-resize', 160],
  ])('%s: %i records', async (name, count) => {
    const all = await vectors<KerasRecord>(name);
    const records = all.filter(({ kind = 'tf.image.resize' }) => kind === 'tf.image.resize');
    expect(records).toHaveLength(count);
    const wrong = await mistakes(records, async (record) => {
      const { image, source, method, antialias } = record;
      const [height, width] = record.target;
      const result = resizeTensorflow(syntheticImage(image, ...source), { height, width, method, antialias });
      const far = distance(result, record, 255);
      return far < 1e-6 ? undefined : far;
    });
    expect(wrong).toEqual([]);
  });

  test('to the bit, but for lanczos, whose sines come from the C library', async () => {
    const records = await vectors<KerasRecord & Hashed>('tensorflow-resize');
    const inexact = await mistakes(records, async ({ image, source, target, method, antialias, sha256 }) => {
      const [height, width] = target;
      const { data } = resizeTensorflow(syntheticImage(image, ...source), { height, width, method, antialias });
      const same = (await hashOf(new Uint8Array(data.buffer))) === sha256;
      return same || method.startsWith('lanczos') ? undefined : 'other bits';
    });
    expect(inexact).toEqual([]);
  });
});

interface TorchRecord extends SampledRecord {
  image: string;
  interpolation: TorchInterpolation;
  antialias: boolean;
  dtype: 'uint8' | 'float32';
  sha256?: string;
}

describe('torchvision resize of tensors', () => {
  const options = ({ target: [height, width], interpolation, antialias }: TorchRecord) => ({
    height,
    width,
    interpolation,
    antialias,
  });

  test('uint8: 78 records to the bit', async () => {
    const records = (await vectors<TorchRecord>('torch-resize')).filter(({ dtype }) => dtype === 'uint8');
    expect(records).toHaveLength(78);
    const wrong = await mistakes(records, (record) =>
      differs(resizeTorch(syntheticImage(record.image, ...record.source), options(record)), record as Hashed),
    );
    expect(wrong).toEqual([]);
  });

  test('float32: 78 records of values from 0 to 1, within 1e-6', async () => {
    const records = (await vectors<TorchRecord>('torch-resize')).filter(({ dtype }) => dtype === 'float32');
    expect(records).toHaveLength(78);
    const wrong = await mistakes(records, async (record) => {
      const image = toFloatImage(syntheticImage(record.image, ...record.source), 255);
      const far = distance(resizeTorch(image, options(record)), record, 1);
      return far < 1e-6 ? undefined : far;
    });
    expect(wrong).toEqual([]);
  });
});

interface PipelineRecord {
  image: string;
  source: Pair;
  resize: number;
  filter: string;
  crop: number;
  resized: Pair;
  sha256: string;
  tensor: { sum: number; sumsq: number; at: number[]; values: number[] };
}

test('torchvision pipelines: the 20 records of synthetic pictures, crops to the bit and values to their 8 digits', async () => {
  const all = await vectors<PipelineRecord>('torchvision-pipelines');
  const records = all.filter(({ image }) => image === 'hash' || image === 'smooth');
  expect(records).toHaveLength(20);
  for (const record of records) {
    const title = `${record.image} ${record.source} ${record.filter} ${record.resize} ${record.crop}`;
    const image = syntheticImage(record.image, ...record.source);
    const filter = record.filter.toLowerCase() as Filter;
    const crop = { height: record.crop, width: record.crop };
    const resized = resizeShorterSide(image, record.resize, filter);
    expect([resized.height, resized.width], title).toEqual(record.resized);
    const cropped = centerCrop(resized, crop);
    expect(await hashOf(cropped.data), title).toBe(record.sha256);

    const preset = {
      name: title,
      resize: { mode: 'shorter-side', size: record.resize },
      filter,
      crop,
      normalise: normalisations.torch,
    } as const;
    // The records are of CHW.
    const { data, shape } = preprocess(image, preset, { layout: 'NCHW', dtype: 'float32' });
    expect(shape, title).toEqual([3, record.crop, record.crop]);
    const { at, values, sum, sumsq } = record.tensor;
    expect(
      at.map((index) => Number(data[index]!.toPrecision(8))),
      title,
    ).toEqual(values);
    const total = data.reduce((all, value) => all + value, 0);
    const squares = data.reduce((all, value) => all + value * value, 0);
    expect(Math.abs(total / sum - 1), title).toBeLessThan(1e-8);
    expect(Math.abs(squares / sumsq - 1), title).toBeLessThan(1e-8);

    // Stage by stage, without the crop being told to the resize, is the same.
    const staged = tensorOf(cropped, preset.normalise, { layout: 'NCHW', dtype: 'float32' });
    expect(await hashOf(new Uint8Array(staged.data.buffer))).toBe(await hashOf(new Uint8Array(data.buffer)));
  }
});

interface PictureRecord {
  file: string;
  /** `'pixels'` where absent. */
  expect?: 'pixels' | 'error' | 'either';
  size: Pair;
  sha256?: string;
  sha256_high_byte?: string;
  transposed?: { size: Pair; sha256: string };
}

describe('picture files', async () => {
  const goldens = await vectors<PictureRecord>('images');
  // Kinds that the goldens leave out (generate/more_images.py).
  const more = await vectors<PictureRecord>('more-images');
  const records = [...goldens, ...more];

  test('there are 76 and 55', () => {
    expect([goldens.length, more.length]).toEqual([76, 55]);
  });

  test.each(records.map((record) => [record.file, record] as const))('%s', async (file, record) => {
    const wanted = record.expect ?? 'pixels';
    const bytes = await pictureBytes(file);
    const decoded = await decode(bytes, { applyOrientation: false }).catch((error: unknown) => error as Error);
    if (decoded instanceof Error) {
      expect(wanted, String(decoded)).not.toBe('pixels');
      expect(decoded).toMatchObject({ code: expect.stringMatching(/-/) });
      return;
    }
    expect(wanted).not.toBe('error');
    // 16-bit grey: the high byte, since Pillow's own answer is 255 everywhere.
    expect(await hashOf(decoded.data)).toBe(record.sha256_high_byte ?? record.sha256);
    const upright = await decode(bytes);
    const expected = record.transposed ?? { size: [decoded.height, decoded.width], sha256: await hashOf(decoded.data) };
    expect([upright.height, upright.width]).toEqual(expected.size);
    expect(await hashOf(upright.data)).toBe(expected.sha256);
  });
});
