import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Channels,
  centerCrop,
  kerasPreset,
  normalisations,
  type Preset,
  preprocess,
  presets,
  resize,
  resizeSizeFor,
  resizeTorch,
  timmPreset,
  torchvisionPreset,
  toTensor,
} from '../src/index.js';
import { syntheticImage } from './support/fixtures.js';

interface Published {
  name: string;
  variant: string;
  source: string;
  preprocessing: {
    resize_size?: number;
    crop_size: number;
    crop_pct?: number | null;
    interpolation?: 'bilinear' | 'bicubic';
    antialias?: boolean;
    mean?: Channels;
    std?: Channels | null;
    mode?: string;
  } | null;
}

const published: Published[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/reference/published.json', import.meta.url), 'utf8'),
);
/** expect().toEqual takes seconds for as many numbers. */
const same = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

const rows = (source: string): (Published & { preprocessing: NonNullable<Published['preprocessing']> })[] =>
  published.filter((row) => row.source === source && row.preprocessing !== null) as never;

describe('the preprocessing that was published with weights', () => {
  test('torchvision: every row', () => {
    const all = rows('torchvision');
    expect(all).toHaveLength(49);
    for (const { variant, preprocessing: p } of all) {
      const preset = torchvisionPreset(variant, {
        cropSize: p.crop_size,
        resizeSize: p.resize_size!,
        interpolation: p.interpolation!,
        mean: p.mean!,
        std: p.std!,
      });
      // On a picture whose shorter side is the resize size, nothing is resized: the values say mean, std and crop.
      const image = syntheticImage('hash', p.resize_size!, p.resize_size! + 9);
      const crop = centerCrop(image, { height: p.crop_size, width: p.crop_size });
      const { data, shape } = preprocess(image, preset);
      expect(shape).toEqual([p.crop_size, p.crop_size, 3]);
      for (let i = 0; i < data.length; i += 997) {
        const expected = (crop.data[i]! / 255 - p.mean![i % 3]!) / p.std![i % 3]!;
        // Relative to the largest value that this normalisation gives.
        expect(Math.abs(data[i]! - expected) * p.std![i % 3]!).toBeLessThan(1e-6);
      }
    }
  });

  test('timm: every row, and resize = floor(size / crop_pct)', () => {
    const all = rows('timm').filter(({ preprocessing }) => typeof preprocessing.crop_pct === 'number');
    expect(all.length).toBeGreaterThan(100);
    for (const { variant, preprocessing: p } of all) {
      expect(resizeSizeFor(p.crop_size, p.crop_pct!), variant).toBe(p.resize_size);
      const preset = timmPreset(variant, {
        inputSize: p.crop_size,
        cropPct: p.crop_pct!,
        interpolation: p.interpolation!,
        mean: p.mean!,
        std: p.std!,
      });
      expect(preset).toEqual({
        name: variant,
        resize: { mode: 'shorter-side', size: p.resize_size },
        filter: p.interpolation,
        crop: { height: p.crop_size, width: p.crop_size },
        normalise: { scale: 1 / 255, mean: p.mean, std: p.std },
      });
    }
  });

  test('Keras: every row', () => {
    const all = [...rows('keras'), ...rows('keras-applications')];
    expect(all).toHaveLength(29);
    for (const { name, preprocessing: p } of all) {
      const mode = p.mode!.split(' ')[0] as 'caffe' | 'tf' | 'torch' | 'none';
      const preset = kerasPreset(name, { targetSize: p.crop_size, mode });
      const image = syntheticImage('smooth', 50, 70);
      const loaded = resize(image, { height: p.crop_size, width: p.crop_size, filter: 'nearest' });
      const values = toTensor(loaded, mode === 'none' ? normalisations.raw : normalisations[mode]);
      expect(same(preprocess(image, preset).data, values), name).toBe(true);
      if (p.mean) expect(preset.normalise.mean).toEqual(p.mean);
    }
  });
});

test('the named presets are those of their sources', () => {
  const named = (preset: Preset): Preset => preset;
  expect(named(presets['imagenet-torch'])).toEqual(torchvisionPreset('imagenet-torch', { cropSize: 224 }));
  expect(named(presets['imagenet-torch-v2'])).toEqual(
    torchvisionPreset('imagenet-torch-v2', { cropSize: 224, resizeSize: 232 }),
  );
  expect(named(presets['imagenet-torch-bicubic'])).toEqual(
    timmPreset('imagenet-torch-bicubic', { inputSize: 224, interpolation: 'bicubic' }),
  );
});

describe('variants', () => {
  const image = syntheticImage('smooth', 120, 90);

  test('timm crop_mode squash', () => {
    const preset = timmPreset('squashed', { inputSize: 40, cropPct: 1, cropMode: 'squash', interpolation: 'lanczos' });
    const squashed = resize(image, { height: 40, width: 40, filter: 'lanczos' });
    expect(same(preprocess(image, preset).data, toTensor(squashed, preset.normalise))).toBe(true);
  });

  test.each([true, false])('torchvision on tensors, antialias %s', (antialias) => {
    const preset = torchvisionPreset('tensor', { cropSize: 24, resizeSize: 30, backend: 'tensor', antialias });
    const small = resizeTorch(image, { height: 40, width: 30, antialias });
    const expected = toTensor(centerCrop(small, { height: 24, width: 24 }), preset.normalise);
    expect(same(preprocess(image, preset).data, expected)).toBe(true);
    // Antialiased it is nearly what Pillow does, else it is another picture.
    const pil = preprocess(image, torchvisionPreset('pil', { cropSize: 24, resizeSize: 30 })).data;
    const worst = Math.max(...pil.map((value, i) => Math.abs(value - expected[i]!)));
    expect(worst * 0.224 * 255).toSatisfy((levels: number) => (antialias ? levels < 1.1 : levels > 5));
  });

  test('mistakes are invalid-argument', () => {
    const invalid = expect.objectContaining({ code: 'invalid-argument' });
    expect(() => timmPreset('x', { inputSize: 224, cropPct: 0 })).toThrow(invalid);
    expect(() => kerasPreset('x', { targetSize: 224, mode: 'tensorflow' as never })).toThrow(invalid);
    const keep = {
      ...kerasPreset('x', { targetSize: 9, mode: 'tf', keepAspectRatio: true }),
      library: 'torch',
    } as const;
    expect(() => preprocess(image, keep)).toThrow(invalid);
    const filter = { ...torchvisionPreset('x', { cropSize: 9, backend: 'tensor' }), filter: 'hamming' } as const;
    expect(() => preprocess(image, filter)).toThrow(invalid);
  });
});
