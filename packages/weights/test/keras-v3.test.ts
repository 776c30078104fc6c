import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openArchive } from '../src/archive/archive.js';
import { writeArchive } from '../src/archive/write.js';
import { variableNames } from '../src/formats/keras-v3/variable-names.js';
import { blobSource, memorySource, openKerasV3, openWeights, toFloat32, type WeightFile } from '../src/index.js';
import { cost, mutate, outcome } from './hostile.js';
import { codeOf, fixture } from './support.js';

type Expected = Readonly<Record<string, readonly [shape: readonly number[], first: number]>>;
const expected = (version: string): { functional: Expected; sequential: Expected } =>
  JSON.parse(readFileSync(new URL(`fixtures/keras${version}.json`, import.meta.url), 'utf8'));

/** Names, shapes and every number are those that Keras has. */
async function check(file: WeightFile, wanted: Expected): Promise<void> {
  expect(file.format).toBe('keras-v3');
  expect(file.tensors.map(({ name }) => name).sort()).toEqual(Object.keys(wanted).sort());
  for (const { name, dtype, shape } of file.tensors) {
    const [theirs, first] = wanted[name] as readonly [readonly number[], number];
    expect([name, dtype, shape]).toEqual([name, 'float32', theirs]);
    const { data } = toFloat32(await file.read(name));
    expect([...data], name).toEqual(Array.from(data, (_, i) => first + i));
  }
}

/** What lies in an archive. */
async function unpacked(name: string): Promise<Map<string, Uint8Array>> {
  const archive = await openArchive(memorySource(fixture(name)));
  const files = new Map<string, Uint8Array>();
  for (const entry of archive.entries.values()) files.set(entry.name, await archive.read(entry));
  return files;
}
const repacked = (files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  writeArchive([...files].map(([name, bytes]) => ({ name, parts: [bytes] })));

describe.each(['3.15', '3.5'])('files of Keras %s', (version) => {
  test('a functional model: names from the configuration, in its order', async () => {
    const file = await openWeights(fixture(`keras${version}-functional.keras`));
    await check(file, expected(version).functional);
    expect(file.tensors.slice(0, 2).map(({ name }) => name)).toEqual(['stem/kernel', 'stem_bn/gamma']);
    expect(file.metadata.get('keras_version')).toMatch(new RegExp(`^${version.replace('.', '\\.')}`));
    expect(JSON.parse(file.metadata.get('model_config') ?? '')).toMatchObject({ class_name: 'Functional' });
    expect(file.metadata.get('skipped')).toContain('optimizer');
    expect(await codeOf(() => file.read('stem'))).toBe('no-such-tensor');
    await file.close();
  });

  test('a model within a model', async () => {
    const name = `keras${version}-sequential.keras`;
    for (const source of [memorySource(fixture(name)), blobSource(new Blob([fixture(name).slice()]))]) {
      const file = await openWeights(source);
      await check(file, expected(version).sequential);
      await file.close();
    }
  });
});

describe('weights alone', () => {
  test('with the names that Keras 3.6 and later write into the file', async () => {
    const file = await openWeights(fixture('keras3.15-sequential.weights.h5'));
    await check(file, expected('3.15').sequential);
    await file.close();
    const weights = (await unpacked('keras3.15-functional.keras')).get('model.weights.h5') as Uint8Array;
    await check(await openWeights(weights), relabelled());
  });

  /** Without a configuration, a normalisation with one of the two is taken to have beta. */
  const relabelled = (): Expected =>
    Object.fromEntries(
      Object.entries(expected('3.15').functional).map(([name, value]) => [
        name.replace('no_beta/gamma', 'no_beta/beta'),
        value,
      ]),
    );

  test('without names: layers as a fresh session of Keras numbers them', async () => {
    const weights = (await unpacked('keras3.5-functional.keras')).get('model.weights.h5') as Uint8Array;
    const file = await openWeights(weights);
    expect(file.format).toBe('keras-v3');
    expect(file.tensors.map(({ name }) => name)).toEqual([
      ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((leaf) => `batch_normalization/${leaf}`),
      ...[1, 2].flatMap((i) =>
        ['beta', 'moving_mean', 'moving_variance'].map((leaf) => `batch_normalization_${i}/${leaf}`),
      ),
      'conv2d/kernel',
      ...[1, 2, 3].flatMap((i) => [`conv2d_${i}/kernel`, `conv2d_${i}/bias`]),
      'dense/kernel',
      'dense/bias',
      'depthwise_conv2d/kernel',
      'depthwise_conv2d/bias',
      'layer_normalization/gamma',
      'layer_normalization/beta',
      'p_re_lu/alpha',
      'separable_conv2d/depthwise_kernel',
      'separable_conv2d/pointwise_kernel',
      'separable_conv2d/bias',
    ]);
  });

  test('variables of layers', () => {
    expect(variableNames('batch_normalization_3', undefined, 2)).toEqual(['moving_mean', 'moving_variance']);
    expect(variableNames('batch_normalization', { scale: false, center: false }, 2)).toEqual([
      'moving_mean',
      'moving_variance',
    ]);
    expect(variableNames('batch_normalization', { scale: false }, 4)).toEqual(['0', '1', '2', '3']);
    expect(variableNames('my_layer', undefined, 2)).toEqual(['0', '1']);
    expect(variableNames('conv2d', undefined, 3)).toEqual(['0', '1', '2']);
    expect(variableNames('constructor', undefined, 1)).toEqual(['0']);
  });
});

describe('files that are refused', () => {
  const changed = async (name: string, bytes: Uint8Array | undefined): Promise<Uint8Array> => {
    const files = await unpacked('keras3.15-sequential.keras');
    if (bytes === undefined) files.delete(name);
    else files.set(name, bytes);
    return repacked(files);
  };

  test('they are good before they are broken', async () => {
    expect(await outcome(repacked(await unpacked('keras3.15-sequential.keras')))).toBe('no error');
  });

  test.each<[string, string, Uint8Array | undefined, string]>([
    ['no weights', 'model.weights.h5', undefined, 'unknown-format'],
    ['no configuration', 'config.json', undefined, 'bad-header'],
    ['weights that are none', 'model.weights.h5', new Uint8Array(100), 'bad-header'],
    ['weights of nothing', 'model.weights.h5', new Uint8Array(0), 'bad-header'],
    ['weights of another layout', 'model.weights.h5', fixture('bomb.h5'), 'no error'],
    ['a configuration that is cut short', 'config.json', Buffer.from('{"a":'), 'bad-header'],
    ['nesting without end', 'config.json', Buffer.from('['.repeat(100_000)), 'too-large'],
    ['a configuration of 17 MB', 'config.json', Buffer.alloc(17_000_000, 0x20), 'too-large'],
    ['a configuration of nothing', 'config.json', Buffer.from('null'), 'no error'],
    ['metadata that are none', 'metadata.json', Buffer.from('{'), 'bad-header'],
  ])('%s', async (_, name, bytes, code) => {
    const file = await changed(name, bytes);
    const { result, ms, bytes: memory } = await cost(() => outcome(file));
    expect(result).toBe(code);
    expect(ms).toBeLessThan(2000);
    expect(memory).toBeLessThan(200e6);
  });

  test('weights in NumPy form', async () => {
    const bytes = writeArchive([
      { name: 'config.json', parts: [Buffer.from('{}')] },
      { name: 'model.weights.npz', parts: [] },
    ]);
    expect(await codeOf(() => openKerasV3(memorySource(bytes)))).toBe('bad-header');
  });

  test.each(['keras3.15-sequential.keras', 'keras3.5-functional.keras'])(
    '300 mutations of %s',
    async (name) => {
      const codes = await mutate(fixture(name), 300);
      expect(codes.get('bad-header')).toBeGreaterThan(10);
    },
    60_000,
  );
});
