import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createFloatImage,
  createImage,
  type Image,
  type Preset,
  preprocess,
  presets,
  resizeTensorflow,
  resizeTorch,
  stagesOf,
  toFloatImage,
} from '../src/index.js';
import { sha256, syntheticImage } from './support/fixtures.js';

const bytes = ({ data }: { data: Float32Array | Uint8Array }): string =>
  sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

const invalid = expect.objectContaining({ code: 'invalid-argument' });

describe('stagesOf', () => {
  test('names every stage with its parameters, as plain data', () => {
    const { image, tensor } = stagesOf(presets['imagenet-torch']);
    expect(image.map(({ name, parameters }) => [name, parameters])).toEqual([
      ['resize', { mode: 'shorter-side', size: 256, filter: 'bilinear' }],
      ['center-crop', { height: 224, width: 224 }],
    ]);
    expect([tensor.name, JSON.parse(JSON.stringify(tensor.parameters))]).toEqual([
      'normalise',
      { ...presets['imagenet-torch'].normalise, layout: 'NHWC', dtype: 'float32' },
    ]);
    expect(stagesOf(presets.cifar10).image.map(({ name }) => name)).toEqual(['center-square', 'resize']);
    expect(stagesOf({ ...presets.cifar10, resize: { mode: 'none' } }).image).toEqual([]);
  });

  test('one after the other they give what preprocess gives, which leaves out what the crop throws away', () => {
    const side = fc.integer({ min: 1, max: 70 });
    const rule = fc.oneof(
      fc.record({ mode: fc.constant('shorter-side' as const), size: side }),
      fc.record({ mode: fc.constant('center-square' as const), size: side }),
      fc.record({ mode: fc.constant('keep-aspect' as const), height: side, width: side }),
      fc.record({ mode: fc.constant('exact' as const), height: side, width: side }),
      fc.constant({ mode: 'none' as const }),
    );
    const filter = fc.constantFrom('nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos');
    const crop = fc.option(fc.record({ height: side, width: side }));
    const layout = fc.constantFrom('NHWC', 'NCHW');
    const dtype = fc.constantFrom('float32', 'uint8');
    const normalise = fc.constantFrom(...Object.values(presets).map((preset) => preset.normalise));
    fc.assert(
      fc.property(side, side, rule, filter, crop, normalise, layout, dtype, (height, width, resize, f, c, n, l, d) => {
        const preset: Preset = { name: 'any', resize, filter: f, crop: c, normalise: n };
        const options = { layout: l, dtype: d };
        const stages = stagesOf(preset, options);
        let image: Image = syntheticImage('hash', height, width);
        for (const stage of stages.image) image = stage.apply(image);
        const expected = stages.tensor.apply(image);
        const actual = preprocess(syntheticImage('hash', height, width), preset, options);
        expect({ ...actual, data: bytes(actual) }).toEqual({ ...expected, data: bytes(expected) });
      }),
      { numRuns: 200 },
    );
  });
});

describe('layout and type', () => {
  const image = createImage(1, 2, new Uint8Array([10, 20, 30, 40, 50, 60]));
  const raw: Preset = { ...presets['cifar10-raw'], resize: { mode: 'none' } };
  const caffe: Preset = { ...raw, normalise: presets['imagenet-caffe'].normalise };

  test('NCHW is plane after plane', () => {
    const { data, shape, layout } = preprocess(image, raw, { layout: 'NCHW' });
    expect([[...data], shape, layout]).toEqual([[10, 40, 20, 50, 30, 60], [3, 1, 2], 'NCHW']);
  });

  test('uint8 keeps the bytes, in the order that the preset wants', () => {
    const { data, shape } = preprocess(image, caffe, { dtype: 'uint8' });
    expect(data).toBeInstanceOf(Uint8Array);
    expect([[...data], shape]).toEqual([
      [30, 20, 10, 60, 50, 40],
      [1, 2, 3],
    ]);
    expect([...preprocess(image, caffe, { dtype: 'uint8', layout: 'NCHW' }).data]).toEqual([30, 60, 20, 50, 10, 40]);
  });

  test('grey is one channel in either', () => {
    const grey: Preset = { ...raw, normalise: presets.mnist.normalise };
    expect(preprocess(image, grey, { layout: 'NCHW', dtype: 'uint8' })).toEqual({
      data: new Uint8Array([18, 48]),
      shape: [1, 1, 2],
      layout: 'NCHW',
    });
  });
});

describe('float pictures', () => {
  test('a picture of one colour stays so, and an unchanged size is the same object', () => {
    const side = fc.integer({ min: 1, max: 30 });
    const method = fc.constantFrom('nearest', 'bilinear', 'bicubic', 'area', 'lanczos3', 'gaussian');
    fc.assert(
      fc.property(side, side, side, side, method, fc.boolean(), (h, w, height, width, name, antialias) => {
        const image = createFloatImage(h, w, new Float32Array(h * w * 3).fill(0.7));
        const torch = { height, width, interpolation: 'bicubic', antialias } as const;
        for (const { data } of [
          resizeTensorflow(image, { height, width, method: name, antialias }),
          resizeTorch(image, torch),
        ]) {
          expect(data.every((value) => Math.abs(value - 0.7) < 1e-5)).toBe(true);
        }
        const same = resizeTensorflow(image, { height: h, width: w, method: name });
        if (['nearest', 'bilinear', 'bicubic', 'area'].includes(name)) expect(same).toBe(image);
        expect(resizeTorch(image, { height: h, width: w })).toBe(image);
      }),
      { numRuns: 60 },
    );
  });

  test('toFloatImage divides in float32, as ToTensor does', () => {
    const image = createImage(1, 1, new Uint8Array([1, 128, 255]));
    expect([...toFloatImage(image, 255).data]).toEqual([Math.fround(1 / 255), Math.fround(128 / 255), 1]);
    expect([...toFloatImage(image).data]).toEqual([1, 128, 255]);
  });

  test('mistakes are invalid-argument', () => {
    const image = createFloatImage(2, 3);
    expect(() => createFloatImage(2, 3, new Float32Array(17))).toThrow(invalid);
    expect(() => createFloatImage(2, 0)).toThrow(invalid);
    expect(() => resizeTensorflow(image, { height: 0, width: 1 })).toThrow(invalid);
    expect(() => resizeTensorflow(image, { height: 1, width: 1, method: 'cubic' as never })).toThrow(invalid);
    expect(() => resizeTorch(image, { height: 1.5, width: 1 })).toThrow(invalid);
    expect(() => resizeTorch(image, { height: 1, width: 1, interpolation: 'area' as never })).toThrow(invalid);
  });
});
