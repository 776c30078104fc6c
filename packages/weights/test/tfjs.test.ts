import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel } from '@convzoo/zoo';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bindWeights,
  encodeWeights,
  folderSource,
  fromFloat16,
  memorySource,
  type NamedTensor,
  openTfjs,
  openWeights,
  sameParameters,
  urlSource,
  type WeightFile,
  writeTfjs,
} from '../src/index.js';
import { openWeightsFile } from '../src/node.js';
import { cost, mutate, outcome } from './hostile.js';
import { codeOf, countingParameters, tensor } from './support.js';

type Weight = { name: string; shape: number[]; dtype: string; quantization?: object };
type Group = { paths: string[]; weights: Weight[] };

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
/** A model of one group in one file. */
const model = (weights: Weight[], paths = ['a.bin']): Uint8Array =>
  json({ format: 'layers-model', modelTopology: null, weightsManifest: [{ paths, weights }] });
const open = (manifest: Uint8Array, files: Record<string, Uint8Array> = {}): Promise<WeightFile> =>
  openWeights(folderSource(new Map([['model.json', manifest], ...Object.entries(files)]), 'model.json'));
/** Plain bits, so that NaNs are compared too. */
const bits = (data: ArrayBufferView): number[] => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

describe('reading', () => {
  test('several groups and files, weights across the borders of files', async () => {
    const data = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6, 7]).buffer);
    const weights = (names: string[], shape: number[]): Weight[] =>
      names.map((name) => ({ name, shape, dtype: 'float32' }));
    const manifest = json([
      { paths: ['a.bin', 'empty.bin', 'b.bin', 'sub/c.bin'], weights: weights(['u', 'v'], [3]) },
      { paths: ['d.bin'], weights: weights(['s'], []) },
    ]);
    const files = {
      'a.bin': data.subarray(0, 5),
      'empty.bin': new Uint8Array(0),
      'b.bin': data.subarray(5, 6),
      'sub/c.bin': data.subarray(6, 24),
      'd.bin': data.subarray(24),
    };
    const file = await open(manifest, files);
    expect(file.format).toBe('tfjs');
    const values = await Promise.all(['v', 'u', 's'].map(async (name) => [...(await file.read(name)).data]));
    expect(values).toEqual([[4, 5, 6], [1, 2, 3], [7]]);
    expect(await codeOf(() => file.read('w'))).toBe('no-such-tensor');
    await file.close();
  });

  test('metadata', async () => {
    const topology = { keras_version: '2.15.0', model_config: { class_name: 'Sequential', config: {} } };
    const file = await open(
      json({ format: 'layers-model', generatedBy: 'keras v2.15.0', modelTopology: topology, weightsManifest: [] }),
    );
    expect(Object.fromEntries(file.metadata)).toEqual({
      format: 'layers-model',
      generatedBy: 'keras v2.15.0',
      keras_version: '2.15.0',
      model_config: JSON.stringify(topology.model_config),
    });
  });
});

describe('writing', () => {
  test('what is written is read back to the bit', async () => {
    const values = fc.array(fc.float(), { maxLength: 40 });
    const lists = fc.array(values, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 64 }), async (arrays, shardBytes) => {
        const tensors = arrays.map((numbers, i) => tensor(`layer_${i}/kernel`, [numbers.length], numbers));
        const files = writeTfjs(tensors, { shardBytes });
        const manifest = JSON.parse(new TextDecoder().decode(files.get('model.json')));
        const [group] = manifest.weightsManifest as [Group];
        expect(group.paths.every((path) => (files.get(path)?.length ?? 0) <= shardBytes)).toBe(true);
        const file = await openWeights(folderSource(files, 'model.json'));
        for (const {
          name,
          tensor: { data },
        } of tensors) {
          expect(bits((await file.read(name)).data)).toEqual(bits(data));
        }
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  test('int32 and bool', async () => {
    const tensors: NamedTensor[] = [
      { name: 'i', tensor: { dtype: 'int32', shape: [2], data: new Int32Array([-1, 7]) } },
      { name: 'b', tensor: { dtype: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) } },
      { name: 'j', tensor: { dtype: 'int32', shape: [], data: new Int32Array([9]) } },
    ];
    const file = await openWeights(folderSource(writeTfjs(tensors), 'model.json'));
    for (const { name, tensor: value } of tensors) expect(await file.read(name)).toEqual(value);
  });

  test('float16 is written as such and read as float32', async () => {
    const bits16 = new Uint16Array([0x3c00, 0xc000, 0x7e00, 0x0001]);
    const files = writeTfjs([{ name: 'h', tensor: { dtype: 'float16', shape: [4], data: bits16 } }], {
      name: 'm.json',
    });
    expect([...files.keys()]).toEqual(['m.json', 'group1-shard1of1.bin']);
    expect(files.get('group1-shard1of1.bin')).toHaveLength(8);
    const file = await openWeights(folderSource(files, 'm.json'));
    expect(await file.read('h')).toEqual({ dtype: 'float32', shape: [4], data: fromFloat16(bits16) });
    expect(file.metadata.get('quantisation')).toBe('1 float16');
  });

  test('a whole network in the names of Keras comes back', async () => {
    const graph = buildModel('mobilenet_v2', { dialect: 'keras' });
    const params = countingParameters(graph);
    const files = writeTfjs(encodeWeights(graph, params, { dialect: 'keras' }), { shardBytes: 100_000 });
    expect(files.size).toBeGreaterThan(50);
    const bound = await bindWeights(graph, await openWeights(folderSource(files, 'model.json')));
    expect(bound.report.dialect).toBe('keras');
    expect(sameParameters(bound.params, params)).toBe(true);
  });

  test.each<[string, () => unknown, string]>([
    [
      'bfloat16',
      () => writeTfjs([{ name: 'a', tensor: { dtype: 'bfloat16', shape: [1], data: new Uint16Array(1) } }]),
      'unknown-dtype',
    ],
    ['a name twice', () => writeTfjs([tensor('a', [1]), tensor('a', [1])]), 'duplicate-name'],
    ['a shape that does not fit', () => writeTfjs([tensor('a', [3], [1])]), 'bad-shape'],
  ])('%s is refused', async (_, write, code) => expect(await codeOf(write)).toBe(code));
});

const f32 = (name: string, shape: unknown = [1], more: object = {}): Weight =>
  ({ name, shape, dtype: 'float32', ...more }) as Weight;
const quantised = (quantization: unknown, dtype = 'float32') => model([f32('w', [1], { dtype, quantization })]);

describe('manifests that are refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['JSON of something else', json({ weight_map: {} }), 'unknown-format'],
    ['JSON that is cut short', model([f32('w')]).subarray(0, 60), 'bad-header'],
    ['no UTF-8', Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]), 'bad-header'],
    ['a manifest that is no list', json({ weightsManifest: {} }), 'bad-header'],
    ['a group that is none', json({ weightsManifest: [1] }), 'bad-header'],
    ['a group without paths', json({ weightsManifest: [{ weights: [] }] }), 'bad-header'],
    ['a path that is a number', json({ weightsManifest: [{ paths: [1], weights: [] }] }), 'bad-header'],
    ['a group without weights', json({ weightsManifest: [{ paths: [] }] }), 'bad-header'],
    ['a weight without a name', json({ weightsManifest: [{ paths: [], weights: [{}] }] }), 'bad-header'],
    ['a weight that is null', json({ weightsManifest: [{ paths: [], weights: [null] }] }), 'bad-header'],
    ['a name twice', model([f32('w'), f32('w')]), 'duplicate-name'],
    ['text', model([f32('w', [1], { dtype: 'string' })]), 'unknown-dtype'],
    ['complex numbers', model([f32('w', [1], { dtype: 'complex64' })]), 'unknown-dtype'],
    ['a dtype of the prototype', model([f32('w', [1], { dtype: 'constructor' })]), 'unknown-dtype'],
    ['no shape', model([f32('w', null)]), 'bad-shape'],
    ['a negative extent', model([f32('w', [-1])]), 'bad-shape'],
    ['a broken extent', model([f32('w', [0.5])]), 'bad-shape'],
    ['a hundred axes', model([f32('w', new Array(100).fill(1))]), 'bad-shape'],
    ['a product that overflows', model([f32('w', [2 ** 40, 2 ** 40])]), 'bad-shape'],
    [
      'weights that are too many bytes together',
      model(['u', 'v', 'w', 'x'].map((name) => f32(name, [2 ** 50]))),
      'bad-shape',
    ],
    ['a petabyte', model([f32('w', [2 ** 48])]), 'truncated'],
    ['too many files', json({ weightsManifest: [{ paths: new Array(1001).fill('a'), weights: [] }] }), 'too-large'],
    ['an unknown quantisation', quantised({ dtype: 'uint4', scale: 1, min: 0 }), 'unknown-dtype'],
    ['a quantisation that is none', quantised(7), 'unknown-dtype'],
    ['bool that is quantised', quantised({ dtype: 'uint8', scale: 1, min: 0 }, 'bool'), 'unknown-dtype'],
    ['int32 as float16', quantised({ dtype: 'float16' }, 'int32'), 'unknown-dtype'],
    ['no scale', quantised({ dtype: 'uint8', min: 0 }), 'bad-value'],
    ['a scale that is text', quantised({ dtype: 'uint8', scale: '1', min: 0 }), 'bad-value'],
    [
      'an infinite scale',
      Buffer.from(
        Buffer.from(quantised({ dtype: 'uint8', scale: 7, min: 0 }))
          .toString()
          .replace(':7', ':1e999'),
      ),
      'bad-value',
    ],
    ['a file that is not there', model([f32('w')], ['b.bin']), 'cannot-read'],
    ['a file that is too short', model([f32('w', [3])]), 'truncated'],
    ['a file that is too long', model([f32('w')]), 'bad-offsets'],
    ['nesting without end', Buffer.from(`{"a":${'['.repeat(1_000_000)}`), 'too-large'],
    ['values without end', Buffer.from(`{"a":[${'[],'.repeat(2_000_000)}`), 'too-large'],
    ['17 MB', Buffer.from(`{"a":"${'x'.repeat(17_000_000)}"}`), 'too-large'],
    ...[
      '../a.bin',
      '/etc/hostname',
      'a/../../b',
      './a.bin',
      '',
      'a//b',
      '..',
      'C:a.bin',
      '..\\a.bin',
      'http://x/a',
      '//x/a',
      'a\0b',
      'x'.repeat(2000),
    ].map((path): [string, Uint8Array, string] => [
      `the path ${JSON.stringify(path).slice(0, 40)}`,
      model([f32('w')], [path]),
      'unsafe-path',
    ]),
  ])('%s', async (_, manifest, code) => {
    const files = new Map([
      ['model.json', manifest],
      ['a.bin', new Uint8Array(8)],
    ]);
    const { result, ms, bytes } = await cost(() =>
      outcome(manifest, () => openWeights(folderSource(files, 'model.json'))),
    );
    expect(result).toBe(code);
    expect(ms).toBeLessThan(2000);
    expect(bytes).toBeLessThan(200e6);
  });

  test('the bytes of model.json alone say where to go on', async () => {
    const file = await openTfjs(memorySource(model([f32('w')])));
    await expect(file.read('w')).rejects.toThrow(/openWeightsFile, urlSource or folderSource/);
  });

  test('1000 mutations', async () => {
    const files = writeTfjs([tensor('a/kernel', [2, 3]), tensor('b/bias', [4])], { shardBytes: 16 });
    const codes = await mutate(files.get('model.json') as Uint8Array, 1000, (source) =>
      openWeights({ ...folderSource(new Map(files), 'model.json'), ...source }),
    );
    expect(codes.get('no error')).toBeGreaterThan(10);
    expect(codes.get('bad-header')).toBeGreaterThan(10);
  });
});

describe('on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convzoo-tfjs-'));
  const inside = join(folder, 'model');
  beforeAll(() => {
    mkdirSync(inside);
    writeFileSync(join(folder, 'secret.bin'), new Uint8Array(4));
    writeFileSync(join(inside, 'a.bin'), new Uint8Array(new Float32Array([1.5]).buffer));
    symlinkSync(join(folder, 'secret.bin'), join(inside, 'link.bin'));
    symlinkSync(folder, join(inside, 'up'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (paths: string[]): string => {
    const path = join(inside, 'model.json');
    writeFileSync(path, model([f32('w')], paths));
    return path;
  };

  test('files beside it are found', async () => {
    const file = await openWeightsFile(written(['a.bin']));
    expect([...(await file.read('w')).data]).toEqual([1.5]);
    await file.close();
  });

  test.each([
    ['link.bin', 'unsafe-path', /link that leads out/],
    ['up/secret.bin', 'unsafe-path', /link that leads out/],
    ['b.bin', 'cannot-read', /no such file/],
    ['a.bin/x', 'cannot-read', /not a folder/],
  ])('%s: %s', async (path, code, message) => {
    const file = await openWeightsFile(written([path]));
    expect(await codeOf(() => file.read('w'))).toBe(code);
    await expect(file.read('w')).rejects.toThrow(message);
    await file.close();
  });

  test("the hub's cache, where every file is a link into blobs", async () => {
    const repo = join(folder, 'models--me--net');
    const snapshot = join(repo, 'snapshots', 'abc');
    mkdirSync(join(repo, 'blobs'), { recursive: true });
    mkdirSync(snapshot, { recursive: true });
    writeFileSync(join(repo, 'blobs', '1'), model([f32('w')], ['a.bin']));
    writeFileSync(join(repo, 'blobs', '2'), new Uint8Array(new Float32Array([2.5]).buffer));
    writeFileSync(join(repo, 'secret.bin'), new Uint8Array(4));
    symlinkSync('../../blobs/1', join(snapshot, 'model.json'));
    symlinkSync('../../blobs/2', join(snapshot, 'a.bin'));
    const read = async (): Promise<unknown> => {
      const file = await openWeightsFile(join(snapshot, 'model.json'));
      return (await file.read('w').finally(() => file.close())).data[0];
    };
    expect(await read()).toBe(2.5);
    const link = (target: string): void => {
      rmSync(join(snapshot, 'a.bin'));
      symlinkSync(target, join(snapshot, 'a.bin'));
    };
    for (const target of ['../../secret.bin', join(folder, 'secret.bin'), '../../../secret.bin']) {
      link(target);
      expect(await codeOf(read)).toBe('unsafe-path');
    }
    // A manifest that is no link of the cache gets nothing out of it.
    link('../../blobs/2');
    rmSync(join(snapshot, 'model.json'));
    writeFileSync(join(snapshot, 'model.json'), model([f32('w')], ['a.bin']));
    expect(await codeOf(read)).toBe('unsafe-path');
  });

  test('a path that leaves the folder', async () => {
    expect(await codeOf(() => openWeightsFile(written(['../secret.bin'])))).toBe('unsafe-path');
  });
});

describe('over HTTP', () => {
  let server: Server;
  let base = '';
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/m/model.json?v=1') response.end(model([f32('w')], ['sub/%2e%2e.bin']));
      else if (request.url === '/m/lost.json') response.end(model([f32('w')], ['lost.bin']));
      else if (request.url === '/m/sub/%252e%252e.bin') response.end(new Uint8Array(new Float32Array([2.5]).buffer));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m/`;
  });
  afterAll(() => server.close());

  test('shards are fetched beside the model, whatever their names try', async () => {
    const file = await openWeights(await urlSource(`${base}model.json?v=1`));
    expect(asked).toEqual(['/m/model.json?v=1']);
    expect([...(await file.read('w')).data]).toEqual([2.5]);
    expect(asked).toEqual(['/m/model.json?v=1', '/m/sub/%252e%252e.bin']);
  });

  test('what is not there', async () => {
    expect(await codeOf(() => urlSource(`${base}nothing`))).toBe('cannot-read');
    const file = await openWeights(await urlSource(`${base}lost.json`));
    await expect(file.read('w')).rejects.toThrow(/lost\.bin: the server answered 404/);
    expect(await codeOf(() => urlSource('http://127.0.0.1:1/x'))).toBe('cannot-read');
  });
});
