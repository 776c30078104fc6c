import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderSource, openWeights, type WeightFile, writeSafetensors } from '../src/index.js';
import { openWeightsFile } from '../src/node.js';
import { cost, mutate } from './hostile.js';
import { codeOf, fixture, tensor } from './support.js';

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const open = (index: Uint8Array, files: Record<string, Uint8Array>): Promise<WeightFile> =>
  openWeights(folderSource(new Map([['index.json', index], ...Object.entries(files)]), 'index.json'));
const shapes = (file: WeightFile) => file.tensors.map(({ name, shape }) => [name, shape]);

describe('safetensors with an index', () => {
  const first = writeSafetensors([tensor('a', [2], [1, 2]), tensor('stray', [1], [9])]);
  const second = writeSafetensors([tensor('b', [1], [3])]);
  const index = (map: unknown) => json({ metadata: { total_size: 12 }, weight_map: map });
  const good = index({ b: 'two.safetensors', a: 'one.safetensors' });
  const files = { 'one.safetensors': first, 'two.safetensors': second };

  test('are read as one, without what the index does not name', async () => {
    const file = await open(good, files);
    expect(file.format).toBe('safetensors');
    expect(shapes(file)).toEqual([
      ['b', [1]],
      ['a', [2]],
    ]);
    expect([...(await file.read('a')).data, ...(await file.read('b')).data]).toEqual([1, 2, 3]);
    expect(await codeOf(() => file.read('stray'))).toBe('no-such-tensor');
    expect(await codeOf(() => file.read('c'))).toBe('no-such-tensor');
    await file.close();
  });

  test.each<[string, Uint8Array, Record<string, Uint8Array>, string]>([
    ['a tensor that is not where it should be', index({ a: 'two.safetensors' }), files, 'bad-header'],
    ['a file that is not there', good, { 'one.safetensors': first }, 'cannot-read'],
    ['a file cut short', good, { ...files, 'two.safetensors': second.subarray(0, 60) }, 'truncated'],
    ['a path that leaves the folder', index({ a: '../one.safetensors' }), files, 'unsafe-path'],
    ['an absolute path', index({ a: '/etc/passwd' }), files, 'unsafe-path'],
    ['no object', index([1]), files, 'bad-header'],
    ['a file that is no text', index({ a: 7 }), files, 'bad-header'],
    ['files of another format', index({ a: 'pytorch_model-00001-of-00002.bin' }), files, 'unknown-format'],
    ['files of two formats', index({ a: 'one.safetensors', b: 'two.h5' }), files, 'unknown-format'],
    [
      'too many files',
      index(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, `${i}.safetensors`]))),
      files,
      'too-large',
    ],
  ])('%s', async (_, bytes, others, code) => expect(await codeOf(() => open(bytes, others))).toBe(code));

  test('the index alone says where to go on', async () => {
    await expect(openWeights(good)).rejects.toThrow(/openWeightsFile, urlSource or folderSource/);
  });

  test('500 mutations', async () => {
    const codes = await mutate(good, 500, (source) =>
      openWeights({ ...folderSource(new Map(Object.entries(files)), 'one.safetensors'), ...source }),
    );
    expect(codes.get('no error')).toBeGreaterThan(10);
    expect(codes.get('bad-header')).toBeGreaterThan(10);
  });
});

describe('weights that Keras 3 split, a layer in the middle', () => {
  const name = 'keras3.15-sharded';
  const files: Record<string, Uint8Array> = {
    [`${name}_00000.weights.h5`]: fixture(`${name}_00000.weights.h5`),
    [`${name}_00001.weights.h5`]: fixture(`${name}_00001.weights.h5`),
  };
  const index = fixture(`${name}.weights.json`);

  test('are read as one', async () => {
    const file = await open(index, files);
    expect(file.format).toBe('keras-v3');
    expect(shapes(file)).toEqual([
      ['norm/beta', [16]],
      ['norm/moving_mean', [16]],
      ['norm/moving_variance', [16]],
      ['first/kernel', [16, 16]],
      ['first/bias', [16]],
      ['second/kernel', [16, 4]],
      ['second/bias', [4]],
    ]);
    const starts = ['first/kernel', 'first/bias', 'norm/beta', 'second/kernel', 'second/bias'];
    const values = await Promise.all(starts.map(async (key) => (await file.read(key)).data[0]));
    expect(values).toEqual([0, 32, 34, 40, 48]);
    await file.close();
  });

  test('a part that is missing, or no HDF5', async () => {
    const [one = '', two = ''] = Object.keys(files);
    expect(await codeOf(() => open(index, { [one]: files[one] as Uint8Array }))).toBe('cannot-read');
    expect(await codeOf(() => open(index, { ...files, [two]: new Uint8Array(100) }))).toBe('bad-header');
    const cut = (files[two] as Uint8Array).subarray(0, 5000);
    expect(['truncated', 'bad-header']).toContain(await codeOf(() => open(index, { ...files, [two]: cut })));
  });

  test('1000 names of one file take little', async () => {
    const [one = ''] = Object.keys(files);
    const map = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`/layers/dense_${i}/vars`, one]));
    const { ms, bytes } = await cost(() => codeOf(() => open(json({ weight_map: map }), files)));
    expect(ms).toBeLessThan(2000);
    expect(bytes).toBeLessThan(200e6);
  });
});

describe('on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convzoo-sharded-'));
  beforeAll(() => {
    writeFileSync(join(folder, 'a.safetensors'), writeSafetensors([tensor('a', [1], [1.5])]));
    writeFileSync(join(folder, 'index.json'), json({ weight_map: { a: 'a.safetensors' } }));
    writeFileSync(join(folder, 'linked.json'), json({ weight_map: { a: 'out.safetensors' } }));
    symlinkSync('/etc/hostname', join(folder, 'out.safetensors'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('files beside the index', async () => {
    const file = await openWeightsFile(join(folder, 'index.json'));
    expect([...(await file.read('a')).data]).toEqual([1.5]);
    await file.close();
  });

  test('a link that leads out is not followed', async () => {
    expect(await codeOf(() => openWeightsFile(join(folder, 'linked.json')))).toBe('unsafe-path');
  });
});
