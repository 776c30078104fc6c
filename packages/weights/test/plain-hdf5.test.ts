import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Hdf5File } from '../src/formats/keras-h5/hdf5.js';
import { PlainHdf5 } from '../src/formats/keras-h5/plain/file.js';
import { blobSource, memorySource, openWeights, WeightsError } from '../src/index.js';
import { fixture, generator } from './support.js';

const shared = fileURLToPath(new URL('../../../../shared/weights/keras/', import.meta.url));
const imported = fileURLToPath(new URL('../../../fixtures/keras-import/files/', import.meta.url));
const here = fileURLToPath(new URL('./fixtures/', import.meta.url));
const files = [here, imported, shared]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => folder + name))
  .filter((path) => /\.h5$/.test(path));

/** Everything in a file: a source that cannot be read at once is left to the HDF5 library. */
async function contentOf(source: Parameters<typeof openWeights>[0]) {
  const file = await openWeights(source);
  const { format, tensors, metadata } = file;
  const values = [];
  for (const { name } of tensors) values.push(hashOf((await file.read(name)).data));
  await file.close();
  return { format, tensors, metadata: [...metadata], values };
}

/** The same, or the code of the error where the file is broken. */
const told = async (source: Parameters<typeof openWeights>[0]) =>
  contentOf(source).catch((error: unknown) => (error instanceof WeightsError ? error.code : error));

describe('a plain HDF5 file', () => {
  test.each(files.map((path) => [path.replace(/.*\//, ''), path]))(
    '%s is the same by both readers',
    async (_, path) => {
      const bytes = readFileSync(path);
      const [own, library] = [await told(memorySource(bytes)), await told(blobSource(new Blob([bytes])))];
      expect(own).toEqual(library);
    },
  );

  test.each(['weights-only.h5', 'full-model.h5', 'variants.h5'])(
    '%s is read down to groups, attributes and values',
    async (name) => {
      const source = memorySource(fixture(name), name);
      const [own, library] = [new PlainHdf5(source), await Hdf5File.open(source)];
      const root = library.hasGroup('/model_weights') ? '/model_weights' : '/';
      for (const path of ['/', root, '/nowhere', `${root}/nowhere`]) {
        expect(own.hasGroup(path)).toBe(library.hasGroup(path));
        expect(own.keys(path)).toEqual(library.keys(path));
      }
      expect(own.attributeNames(root)).toEqual(library.attributeNames(root));
      for (const attribute of own.attributeNames(root))
        expect(own.strings(root, attribute)).toEqual(library.strings(root, attribute));
      library.close();
    },
  );

  test('values in chunks are left to the library', () => {
    const plain = new PlainHdf5(memorySource(fixture('variants.h5')));
    expect(plain.dataset('/old/old_W_1:0')).toMatchObject({ type: 1, size: 4, shape: [2, 3] });
    expect(() => plain.dataset('/packed/packed/kernel:0')).toThrow(/message of type 11|chunks/);
  });

  test.each([
    ['of another byte order', 1, 0x21],
    ['with another bias', 16, 0x7e],
  ])('numbers %s are left to the library', async (_, place, byte) => {
    const bytes = Buffer.from(fixture('weights-only.h5'));
    // Float32, little-endian, as HDF5 describes it.
    const float32 = Buffer.from('11201f00040000000000200017080017 7f000000'.replace(' ', ''), 'hex');
    let found = 0;
    for (let at = bytes.indexOf(float32); at >= 0; at = bytes.indexOf(float32, at + 1)) {
      bytes[at + place] = byte;
      found++;
    }
    expect(found).toBe(5);
    expect(() => new PlainHdf5(memorySource(bytes)).dataset('/fc/fc/bias:0')).toThrow(/odd|IEEE/);
    expect(await told(memorySource(bytes))).toEqual(await told(blobSource(new Blob([bytes]))));
  });

  test('a damaged file is refused, or gives what the library gives', async () => {
    const bytes = fixture('weights-only.h5');
    const random = generator(7);
    let both = 0;
    for (let round = 0; round < 300; round++) {
      const damaged = bytes.slice();
      for (let i = 0; i < 3; i++) damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      const [own, library] = [await told(memorySource(damaged)), await told(blobSource(new Blob([damaged])))];
      expect(own).not.toBeInstanceOf(Error);
      if (typeof own === 'string' || typeof library === 'string') continue;
      expect(own).toEqual(library);
      both++;
    }
    expect(both).toBeGreaterThan(30);
  });

  test('a file that is cut off is refused', async () => {
    const bytes = fixture('weights-only.h5');
    for (const length of [bytes.length - 1, 2048, 96, 40])
      await expect(openWeights(memorySource(bytes.slice(0, length)))).rejects.toBeInstanceOf(WeightsError);
  });
});

function hashOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
