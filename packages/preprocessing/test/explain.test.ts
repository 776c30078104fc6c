import { describe, expect, test, vi } from 'vitest';
import { sha256Hex } from '../src/explain/sha256.js';
import {
  encode,
  explain,
  explainStages,
  type Image,
  type PixelTensor,
  type Preset,
  pictureOf,
  preprocess,
  presets,
  type StageReport,
} from '../src/index.js';
import { fixtureBytes, fixtureRecords, sha256, syntheticImage } from './support/fixtures.js';

interface ImageRecord {
  file: string;
  expect: string;
  size: [number, number];
  sha256: string;
  sha256_high_byte?: string;
  transposed?: { size: [number, number]; sha256: string };
}

interface PipelineRecord {
  image: string;
  source: [number, number];
  resize: number;
  filter: string;
  crop: number;
  resized: [number, number];
  sha256: string;
}

const hashOf = ({ data }: Image | PixelTensor): string =>
  sha256(Buffer.from(data.buffer, data.byteOffset, data.byteLength));

describe('the first stage is the RGB bytes after orientation', () => {
  for (const record of fixtureRecords<ImageRecord>('images.jsonl').filter((row) => row.expect === 'pixels')) {
    test(record.file, async () => {
      const { size, sha256: hash } = record.transposed ?? {
        ...record,
        sha256: record.sha256_high_byte ?? record.sha256,
      };
      const stages = await explain(fixtureBytes(record.file));
      expect(stages).toMatchObject([{ name: 'decode', size, channels: 3, dtype: 'uint8', sha256: hash }]);
    });
  }

  test('without orientation, as stored', async () => {
    const [stage] = await explain(fixtureBytes('images/jpeg-exif6.jpg'), undefined, {
      decode: { applyOrientation: false },
    });
    expect(stage).toMatchObject({ size: [47, 61], parameters: { format: 'jpeg', applyOrientation: false } });
  });
});

test('the crop of torchvision’s pipelines, by their stages', async () => {
  const records = fixtureRecords<PipelineRecord>('torchvision-pipelines.jsonl').filter(({ image }) =>
    /^(hash|smooth)$/.test(image),
  );
  expect(records.length).toBeGreaterThan(15);
  for (const { image, source, resize, filter, crop, resized, sha256: hash } of records) {
    const preset: Preset = {
      ...presets['imagenet-torch'],
      resize: { mode: 'shorter-side', size: resize },
      filter: filter.toLowerCase() as Preset['filter'],
      crop: { height: crop, width: crop },
    };
    const png = await encode(syntheticImage(image, ...source), { format: 'png', level: 1 });
    const stages = await explain(png, preset);
    expect(stages.map(({ name }) => name)).toEqual(['decode', 'resize', 'center-crop', 'normalise']);
    expect(stages.map(({ size }) => size)).toEqual([source, resized, [crop, crop], [crop, crop]]);
    expect(stages[2]?.sha256).toBe(hash);
  }
});

describe('the last stage is what preprocess gives', () => {
  const image = syntheticImage('smooth', 90, 130);

  test('for every preset, with results that hash to their reports', async () => {
    for (const preset of Object.values(presets)) {
      const stages: StageReport[] = [];
      for await (const { result, ...report } of explainStages(image, preset)) {
        expect(hashOf(result)).toBe(report.sha256);
        stages.push(report);
      }
      const { data, shape } = preprocess(image, preset);
      expect(stages[0]).toMatchObject({ name: 'image', size: [90, 130] });
      expect(stages.at(-1)).toMatchObject({ size: shape.slice(0, 2), channels: shape[2], dtype: 'float32' });
      expect(stages.at(-1)?.sha256).toBe(hashOf({ data } as PixelTensor));
      expect(JSON.parse(JSON.stringify(stages))).toEqual(stages);
    }
  });

  test('float32 is hashed as little-endian bytes', async () => {
    const pixel: Image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(0, 128, 255) };
    const preset: Preset = { ...presets['imagenet-raw'], resize: { mode: 'none' }, crop: null };
    const bytes = Buffer.alloc(12);
    bytes.writeFloatLE(0, 0);
    bytes.writeFloatLE(128, 4);
    bytes.writeFloatLE(255, 8);
    expect((await explain(pixel, preset)).at(-1)?.sha256).toBe(sha256(bytes));
  });

  test('in another layout and as bytes', async () => {
    const preset = presets['imagenet-torch'];
    const nchw = (await explain(image, preset, { tensor: { layout: 'NCHW', dtype: 'uint8' } })).at(-1);
    const { data } = preprocess(image, preset, { layout: 'NCHW', dtype: 'uint8' });
    expect(nchw).toMatchObject({ size: [224, 224], channels: 3, dtype: 'uint8', sha256: sha256(data) });
  });
});

test('hashes are the same without WebCrypto, and of shared memory', async () => {
  const bytes = syntheticImage('hash', 5, 7).data;
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  expect(await sha256Hex(shared)).toBe(sha256(bytes));
  vi.stubGlobal('crypto', undefined);
  try {
    expect(await sha256Hex(bytes)).toBe(sha256(bytes));
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a stage is computed when it is asked for', async () => {
  const stages = explainStages(syntheticImage('smooth', 30, 40), presets.cifar10);
  expect((await stages.next()).value).toMatchObject({ name: 'image' });
  await stages.return();
  expect(await stages.next()).toEqual({ done: true, value: undefined });
  await expect(explain(new Uint8Array(0), presets.cifar10)).rejects.toMatchObject({ code: 'empty-file' });
});

describe('pictures of stages', () => {
  test('a picture is itself; a tensor is stretched from black to white, in both layouts', () => {
    const image = syntheticImage('smooth', 8, 10);
    expect(pictureOf(image)).toBe(image);
    const values = Float32Array.of(-1, 0, 1, 3, -1, 0.5);
    const expected = [0, 64, 128, 255, 0, 96];
    expect([...pictureOf({ data: values, shape: [1, 2, 3], layout: 'NHWC' }).data]).toEqual(expected);
    const planes = Float32Array.of(-1, 3, 0, -1, 1, 0.5);
    expect([...pictureOf({ data: planes, shape: [3, 1, 2], layout: 'NCHW' }).data]).toEqual(expected);
  });

  test('one channel is grey, one value black', () => {
    expect([...pictureOf({ data: Float32Array.of(0, 2), shape: [1, 2, 1], layout: 'NHWC' }).data]).toEqual([
      0, 0, 0, 255, 255, 255,
    ]);
    expect([...pictureOf({ data: Float32Array.of(5, 5, 5), shape: [1, 1, 3], layout: 'NHWC' }).data]).toEqual([
      0, 0, 0,
    ]);
  });
});
