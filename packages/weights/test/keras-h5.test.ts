import { describe, expect, test } from 'vitest';
import { instance } from '../src/formats/keras-h5/library.js';
import { tensorName } from '../src/formats/keras-h5/names.js';
import { blobSource, memorySource, openKerasH5, openWeights, toFloat32, type WeightFile } from '../src/index.js';
import { codeOf, fixture, generator } from './support.js';

const ramp = (size: number): number[] => Array.from({ length: size }, (_, i) => i / 8);
const values = async (file: WeightFile, name: string): Promise<number[]> => [...toFloat32(await file.read(name)).data];
const openFixture = (name: string) => openWeights(memorySource(fixture(name), name));

describe('files that h5py wrote', () => {
  test.each(['weights-only.h5', 'full-model.h5'])('%s: tensors in the order of the layers', async (name) => {
    const file = await openFixture(name);
    expect(file.format).toBe('keras-h5');
    expect(file.tensors).toEqual([
      { name: 'conv/kernel', dtype: 'float32', shape: [3, 3, 2, 4] },
      { name: 'conv/bias', dtype: 'float32', shape: [4] },
      { name: 'dw/depthwise_kernel', dtype: 'float32', shape: [3, 3, 4, 2] },
      { name: 'fc/kernel', dtype: 'float32', shape: [8, 5] },
      { name: 'fc/bias', dtype: 'float32', shape: [5] },
    ]);
    expect(await values(file, 'conv/kernel')).toEqual(ramp(72));
    expect(await values(file, 'fc/bias')).toEqual(ramp(5));
    expect(await codeOf(() => file.read('conv'))).toBe('no-such-tensor');
    await file.close();
  });

  test('metadata', async () => {
    expect([...(await openFixture('weights-only.h5')).metadata].sort()).toEqual([
      ['backend', 'tensorflow'],
      ['keras_version', '2.4.0'],
    ]);
    expect([...(await openFixture('full-model.h5')).metadata].sort()).toEqual([
      ['keras_version', '2.15.0'],
      ['model_config', '{"class_name": "Functional"}'],
    ]);
  });

  test('element types, byte order, compression, split lists and names of other versions', async () => {
    const file = await openFixture('variants.h5');
    expect(file.tensors.map(({ name, dtype }) => [name, dtype])).toEqual([
      ['half/kernel', 'float16'],
      ['double/kernel', 'float64'],
      ['big/kernel', 'float32'],
      ['packed/kernel', 'float32'],
      ['old/old_W_1', 'float32'],
      ['scope/inner/kernel', 'float32'],
      ['conv1/kernel', 'float32'],
    ]);
    for (const { name } of file.tensors)
      expect(await values(file, name)).toEqual(ramp(name === 'packed/kernel' ? 600 : 6));
  });

  test('a Blob, which cannot be read at once, is read whole', async () => {
    const file = await openWeights(blobSource(new Blob([fixture('weights-only.h5').slice()])));
    expect(await values(file, 'conv/bias')).toEqual(ramp(4));
  });

  test('two files are open at a time', async () => {
    const [a, b] = [await openFixture('weights-only.h5'), await openFixture('variants.h5')];
    await a.close();
    expect(await values(b, 'half/kernel')).toEqual(ramp(6));
  });
});

describe('names', () => {
  test.each([
    ['conv1', 'conv1/kernel:0', 'conv1/kernel'],
    ['block1_conv1', 'block1_conv1_W_1:0', 'block1_conv1/block1_conv1_W_1'],
    ['conv1', 'model/conv1/kernel:0', 'conv1/kernel'],
    ['Conv/BatchNorm', 'Conv/BatchNorm/gamma:0', 'Conv/BatchNorm/gamma'],
    ['mobilenet', 'conv1/kernel:0', 'conv1/kernel'],
  ])('%s, %s', (layer, weight, name) => expect(tensorName(layer, weight, new Set())).toBe(name));

  test('the second of two inner models keeps its own name before', () => {
    expect(tensorName('second', 'conv1/kernel:0', new Set(['conv1/kernel']))).toBe('second/conv1/kernel');
  });
});

/** Files that Emscripten has open; it has room for 4096. */
async function openStreams(): Promise<number> {
  const { streams } = (await instance()).files;
  return streams.filter((stream) => stream !== null && stream !== undefined).length;
}

describe('files that are refused', () => {
  test.each([
    ['not-keras.h5', 'bad-header'],
    ['bomb.h5', 'too-large'],
    ['external.h5', 'bad-header'],
    ['missing-data.h5', 'bad-header'],
    ['strings.h5', 'unknown-dtype'],
  ])('%s: %s', async (name, code) => expect(await codeOf(() => openFixture(name))).toBe(code));

  test('a filter that this build of HDF5 lacks: no garbage is returned', async () => {
    const file = await openFixture('unknown-filter.h5');
    expect(await codeOf(() => file.read('a/kernel'))).toBe('bad-header');
  });

  test('a heap with an object of no size, in which HDF5 would walk for ever', async () => {
    const bytes = fixture('weights-only.h5');
    const heap = Buffer.from(bytes).indexOf('GCOL\u0001');
    expect(heap).toBeGreaterThan(0);
    bytes.fill(0, heap + 16, heap + 32);
    expect(await codeOf(() => openWeights(bytes))).toBe('bad-header');
  });

  test('a text that claims to be 4 GB long is refused before HDF5 makes room for it', async () => {
    const bytes = fixture('full-model.h5');
    // The attribute's value is the text's length, then where it lies. The name is before it, after which all is known.
    const name = Buffer.from(bytes).indexOf('model_config');
    const length = Buffer.from(bytes).indexOf(Uint8Array.of(0x1c, 0, 0, 0), name);
    expect(length).toBeGreaterThan(name);
    bytes[length + 3] = 0xff;
    expect(await codeOf(() => openWeights(bytes))).toBe('bad-header');
    expect(process.memoryUsage().rss).toBeLessThan(1e9);
  });

  test('a library that crashed is loaded anew, and what was open in it says so', async () => {
    const open = await openFixture('weights-only.h5');
    const hdf5 = await instance();
    const trap = () => {
      throw Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' });
    };
    expect(() => hdf5.run(2 ** 30, trap)).toThrow(/out of bounds/);
    expect(await codeOf(() => open.read('conv/bias'))).toBe('reader-unavailable');
    await open.close();
    const again = await openFixture('weights-only.h5');
    expect(await instance()).not.toBe(hdf5);
    expect(await values(again, 'conv/bias')).toEqual(ramp(4));
    await again.close();
  });

  test('every length of a file that is cut short', async () => {
    const bytes = fixture('weights-only.h5');
    for (let length = 0; length < bytes.length; length += 37) {
      const code = await codeOf(() => openWeights(bytes.subarray(0, length)));
      expect(['truncated', 'unknown-format', 'bad-header'], `${length} bytes`).toContain(code);
      // From where HDF5 has read how long the file must be, it is called what it is.
      if (length > 96) expect(code).toBe('truncated');
    }
  });

  test('1000 mutations give a typed error or tensors, and the reader works on', async () => {
    const random = generator(3);
    const good = fixture('weights-only.h5');
    const codes = new Map<string, number>();
    for (let i = 0; i < 1000; i++) {
      const bytes = good.slice();
      for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits--) {
        bytes[Math.floor(random() * bytes.length)] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
      }
      const code = await codeOf(async () => {
        const file = await openKerasH5(memorySource(bytes));
        try {
          for (const { name } of file.tensors) await file.read(name);
        } finally {
          await file.close();
        }
      });
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    // Standard input, output and error.
    expect(await openStreams()).toBe(3);
    expect(codes.get('bad-header')).toBeGreaterThan(10);
    expect(codes.get('no error')).toBeGreaterThan(10);
    expect(await values(await openFixture('weights-only.h5'), 'conv/bias')).toEqual(ramp(4));
  }, 60_000);
});
