import { describe, expect, test } from 'vitest';
import {
  centerCrop,
  createImage,
  type Filter,
  type Image,
  normalisations,
  type Preset,
  type PresetName,
  preprocess,
  presets,
  resizeShorterSide,
  toTensor,
} from '../src/index.js';
import { decodeFile } from '../src/node.js';
import { fixtureRecords, hasShared, sha256, sharedPath } from './support/fixtures.js';

interface PipelineRecord {
  image: string;
  source: [number, number];
  resize: number;
  filter: string;
  crop: number;
  resized: [number, number];
  sha256: string;
  tensor: { sum: number; sumsq: number; at: number[]; values: number[] };
}

const records = fixtureRecords<PipelineRecord>('torchvision-pipelines.jsonl');
const isSynthetic = ({ image }: PipelineRecord): boolean => image === 'hash' || image === 'smooth';

/** NHWC index of the CHW index `i`. */
function toInterleaved(i: number, side: number): number {
  const plane = side * side;
  return (i % plane) * 3 + Math.floor(i / plane);
}

function check(record: PipelineRecord, image: Image): void {
  const title = `${record.image} ${record.source} ${record.filter} ${record.resize} ${record.crop}`;
  const filter = record.filter.toLowerCase() as Filter;
  const crop = { height: record.crop, width: record.crop };
  expect([image.height, image.width], title).toEqual(record.source);
  const resized = resizeShorterSide(image, record.resize, filter);
  expect([resized.height, resized.width], title).toEqual(record.resized);
  const cropped = centerCrop(resized, crop);
  expect(sha256(cropped.data), title).toBe(record.sha256);

  const tensor = toTensor(cropped, normalisations.torch);
  for (const [k, at] of record.tensor.at.entries()) {
    // The record has 8 significant digits.
    expect(Number(tensor[toInterleaved(at, record.crop)]?.toPrecision(8)), title).toBe(record.tensor.values[k]);
  }
  let sum = 0;
  let sumsq = 0;
  for (const value of tensor) {
    sum += value;
    sumsq += value * value;
  }
  // The sums have 9 significant digits.
  expect(Math.abs(sum / record.tensor.sum - 1), title).toBeLessThan(1e-8);
  expect(Math.abs(sumsq / record.tensor.sumsq - 1), title).toBeLessThan(1e-8);

  const preset: Preset = {
    name: title,
    resize: { mode: 'shorter-side', size: record.resize },
    filter,
    crop,
    normalise: normalisations.torch,
  };
  const { data, shape } = preprocess(image, preset);
  expect(shape, title).toEqual([record.crop, record.crop, 3]);
  expect(Buffer.from(data.buffer).equals(Buffer.from(tensor.buffer)), title).toBe(true);
}

describe('torchvision: Resize, CenterCrop, ToTensor, Normalize', () => {
  test.skipIf(!hasShared('torchvision pipelines of 16 photographs'))('the photographs', async () => {
    const photos = records.filter((record) => !isSynthetic(record));
    expect(photos).toHaveLength(80);
    for (const name of new Set(photos.map(({ image }) => image))) {
      const image = await decodeFile(sharedPath(name));
      for (const record of photos.filter((photo) => photo.image === name)) check(record, image);
    }
  });
});

describe.skipIf(!hasShared('the 100 photographs through the presets'))(
  'the 100 photographs through the presets',
  () => {
    const photos = fixtureRecords<{ file: string; sha256: Partial<Record<PresetName, string>> }>('preset-photos.jsonl');

    test('give the float32 values of torchvision and Keras, to the bit', async () => {
      expect(photos).toHaveLength(100);
      const wrong: string[] = [];
      for (const { file, sha256: hashes } of photos) {
        const image = await decodeFile(sharedPath(file));
        const entries = Object.entries(hashes) as [PresetName, string][];
        expect(entries).toHaveLength(9);
        for (const [name, expected] of entries) {
          const { data } = preprocess(image, presets[name]);
          if (!sha256(new Uint8Array(data.buffer)).startsWith(expected)) wrong.push(`${file} ${name}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  },
);

test('all 256 values: scaling by a reciprocal rounds to the float32 that division gives', () => {
  const ramp = createImage(
    16,
    16,
    Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
  );
  const mean = [0.485, 0.456, 0.406].map(Math.fround);
  const std = [0.229, 0.224, 0.225].map(Math.fround);
  const torch = toTensor(ramp, normalisations.torch);
  const tf = toTensor(ramp, normalisations.tf);
  for (let i = 0; i < 768; i++) {
    const x = Math.floor(i / 3);
    expect(torch[i]).toBe(Math.fround(Math.fround(Math.fround(x / 255) - mean[i % 3]!) / std[i % 3]!));
    expect(tf[i]).toBe(Math.fround(Math.fround(x / 127.5) - 1));
  }
});

test('a normalisation that makes no sense is invalid-argument', () => {
  for (const wrong of [{ std: [1, 0, 1] }, { mean: [0, Number.NaN, 0] }, { scale: Number.POSITIVE_INFINITY }]) {
    expect(() => toTensor(createImage(1, 1), { ...normalisations.raw, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  }
});
