import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Float32Tensor, float32Tensor, type Graph, paramsOf, sizeOf } from '@convzoo/layers';
import { encodeWeights, type NamedTensor, writeNpz, writeSafetensors, writeTfjs } from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { buildModel } from '@convzoo/zoo';
import { afterAll, describe, expect, it } from 'vitest';
import { samplePictures } from '../src/pictures/samples.js';
import { run } from './run.js';

// `weights inspect` and `convert`, as a user runs them.

const folder = mkdtempSync(join(tmpdir(), 'convzoo-weight-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const embedded = fileURLToPath(import.meta.resolve('@convzoo/pretrained-resnet20-cifar10/weights.safetensors'));
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../packages/weights/test/fixtures/${name}`, import.meta.url));
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const at = (name: string): string => join(folder, name);

/** Parameters in which every number is another one, around 0. */
function numbered(graph: Graph): Map<string, Float32Tensor> {
  let next = 0;
  const value = (): number => Math.sin(next++) / 8;
  return new Map(
    paramsOf(graph).map(({ path, shape }) => [
      path,
      float32Tensor(shape, Float32Array.from({ length: sizeOf(shape) }, value)),
    ]),
  );
}
const saved = (name: string, graph: Graph, dialect: 'torchvision' | 'timm' | 'keras' = 'torchvision'): string =>
  put(name, writeSafetensors(encodeWeights(graph, numbered(graph), { dialect })));

async function tensorsOf(path: string): Promise<readonly NamedTensor[]> {
  const file = await openWeightsFile(path);
  const tensors: NamedTensor[] = [];
  for (const { name } of file.tensors) tensors.push({ name, tensor: await file.read(name) });
  await file.close();
  return tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Lines that are wider than the terminal. */
const tooWide = (text: string, columns: number): readonly string[] =>
  text.split('\n').filter((line) => !line.startsWith(folder) && line.length > columns);

describe('weights inspect', () => {
  it.each([80, 160])('fits %d columns and says what there is', async (columns) => {
    const { stdout, stderr, code } = await run(['weights', 'inspect', embedded], { columns });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/format +safetensors/);
    expect(stdout).toMatch(/names +of torchvision/);
    expect(stdout).toMatch(/network +resnet20-cifar10 .*: all \d+ parameters/);
    expect(stdout).toMatch(/not finite no NaN, no infinity/);
    expect(stdout).toMatch(/^name +shape +min +max +mean +std$/m);
    expect(stdout).toMatch(/^conv1\.weight +16x3x3x3( +-?[\d.e-]+){4}$/m);
    expect(stdout).toMatch(/\d+ more; --all shows them/);
    expect(tooWide(stdout, columns)).toEqual([]);
  });

  it('lists every tensor with --all, and none of the numbers with --no-stats', async () => {
    const { stdout } = await run(['weights', 'inspect', embedded, '--all', '--no-stats']);
    expect(stdout).toMatch(/^name +shape$/m);
    expect(stdout).not.toMatch(/more; --all/);
    expect(stdout).toMatch(/not finite not looked at: .* would be read; --stats does it/);
    expect(stdout.match(/^layer\d\./gm)?.length).toBe(
      (await tensorsOf(embedded)).filter(({ name }) => name.startsWith('layer')).length,
    );
  });

  it('gives all of it as JSON', async () => {
    const { stdout, code } = await run(['weights', 'inspect', embedded, '--json']);
    const answer = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ format: 'safetensors', dialect: 'torchvision', totals: { nonFinite: 0 } });
    expect(answer.networks[0]).toMatchObject({ model: 'resnet20-cifar10', fit: 'exact', missing: [], unexpected: [] });
    expect(answer.tensors).toHaveLength(answer.totals.tensors);
    const kernel = (await tensorsOf(embedded)).find(({ name }) => name === 'conv1.weight')?.tensor.data as Float32Array;
    expect(answer.tensors.find(({ name }: { name: string }) => name === 'conv1.weight')).toMatchObject({
      dtype: 'float32',
      shape: [16, 3, 3, 3],
      statistics: { count: 432, nan: 0, infinite: 0, min: Math.min(...kernel), max: Math.max(...kernel) },
    });
  });

  it.each([
    [
      'a width',
      saved('w.safetensors', buildModel('mobilenet_v1@0.25', { dialect: 'keras' }), 'keras'),
      /keras\/mobilenet_v1@0\.25 \(keras's variant\): all 137/,
    ],
    [
      'another number of classes',
      saved('c.safetensors', buildModel('squeezenet1_1', { classes: 7 })),
      /squeezenet1_1 .*, built for 7 classes\n.*its classifier is for 7 classes, not 1000/,
    ],
    [
      'auxiliary classifiers',
      saved('g.safetensors', buildModel('googlenet', { aux: true })),
      /googlenet .*: all \d+ parameters\n.*\d+ tensors of its auxiliary classifiers are left out/,
    ],
  ])('recognises %s', async (_, path, text) => {
    const { stdout } = await run(['weights', 'inspect', path, '--no-stats']);
    expect(stdout).toMatch(text);
    expect(tooWide(stdout, 80)).toEqual([]);
  });

  it('names the closest network and what differs', async () => {
    const tensors = encodeWeights(buildModel('resnet18'), numbered(buildModel('resnet18')));
    const extra = { name: 'extra.weight', tensor: float32Tensor([3], new Float32Array(3)) };
    const changed = [...tensors.filter(({ name }) => name !== 'bn1.bias'), extra];
    const { stdout, code } = await run(['weights', 'inspect', put('almost.safetensors', writeSafetensors(changed))]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/none fits; the closest is resnet18 .*: 101 of\s+its 102 parameters/);
    expect(stdout).toMatch(/missing +bn1\.bias 64/);
    expect(stdout).toMatch(/unexpected extra\.weight 3/);
  });

  it('counts NaN and infinity, and shows the tensors that have them however long the list', async () => {
    const graph = buildModel('resnet20-cifar10');
    const params = numbered(graph);
    const broken = params.get('layer2.1.conv1.weight')?.data;
    broken?.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NaN], 5);
    const { stdout, code } = await run([
      'weights',
      'inspect',
      put('nan.safetensors', writeSafetensors(encodeWeights(graph, params))),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/not finite 2 NaN and 1 infinite values: this network is broken/);
    expect(stdout).toMatch(/^layer2\.1\.conv1\.weight .* 2 +1$/m);
    expect(tooWide(stdout, 80)).toEqual([]);
  });

  it('lets no name steer the terminal', async () => {
    const hostile = {
      name: '\u001b[2J\u001b]0;owned\u0007w\n\u202eeil',
      tensor: float32Tensor([1], new Float32Array(1)),
    };
    const { stdout } = await run([
      'weights',
      'inspect',
      put('escape.safetensors', writeSafetensors([hostile], { '\u001bkey': '\u001b[31m' })),
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed.
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(stdout).toMatch(/\[2J.*owned.*eil +1 +0/);
  });

  it.each([
    'checkpoint.zip.pt',
    'state-dict.legacy.pt',
    'full-model.h5',
    'keras3.15-functional.keras',
    'stored.npz',
    'single.npy',
  ])('reads %s', async (name) => {
    const { stdout, stderr, code } = await run(['weights', 'inspect', fixture(name)]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^name +/m);
  });
});

describe('convert', () => {
  const keras = saved('v2.safetensors', buildModel('mobilenet_v2@0.35', { dialect: 'keras', input: 96 }), 'keras');

  it('changes the format and nothing else, also of an unknown network, and back to the same bytes', async () => {
    const tensors = [
      { name: 'mine/k', tensor: float32Tensor([2, 3], Float32Array.of(1, 2, 3, 4, Number.NaN, -0)) },
      { name: 'mine/n', tensor: { dtype: 'int32', shape: [], data: Int32Array.of(7) } },
    ] as const;
    const first = put('mine.safetensors', writeSafetensors(tensors));
    const steps = ['mine.npz', 'mine/model.json', 'mine2.safetensors'];
    let from = first;
    for (const step of steps) {
      const { stdout, stderr, code } = await run(['convert', from, at(step)]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/changed +nothing\n +dropped +nothing/);
      from = at(step);
    }
    expect(readFileSync(from).equals(readFileSync(first))).toBe(true);
  });

  it.each(['torchvision', 'timm', 'keras'])('to %s and back gives the same bits', async (dialect) => {
    const to = at(`to-${dialect}.npz`);
    const { stdout, code } = await run(['convert', keras, to, '--to', dialect]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`wrote +npz, names of ${dialect}, 262 tensors`));
    const back = at(`back-${dialect}.safetensors`);
    expect((await run(['convert', to, back, '--to', 'keras', '--model', 'keras/mobilenet_v2@0.35'])).code).toBe(0);
    expect(readFileSync(back).equals(readFileSync(keras))).toBe(true);
    expect(tooWide(stdout, 80)).toEqual([]);
  });

  it('says what was dropped, and that the other framework computes otherwise', async () => {
    const counter = {
      name: 'bn1.num_batches_tracked',
      tensor: { dtype: 'int64', shape: [], data: BigInt64Array.of(1n) },
    } as const;
    const graph = buildModel('resnet18');
    const path = put('r18.safetensors', writeSafetensors([...encodeWeights(graph, numbered(graph)), counter]));
    const { stdout } = await run(['convert', path, at('r18.npz'), '--to', 'keras', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      from: { format: 'safetensors', dialect: 'torchvision', tensors: 103 },
      to: { format: 'npz', dialect: 'keras', tensors: 102, files: [{ file: at('r18.npz') }] },
      network: { spec: 'resnet18', found: 'by its names and shapes' },
      dropped: ['bn1.num_batches_tracked'],
      notes: ['keras has no resnet18 of its own'],
    });
    expect((await run(['convert', keras, at('note.npz'), '--to', 'timm'])).stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /timm's own mobilenet_v2 computes otherwise than keras's/,
    );
  });

  it('gives a TensorFlow.js model its architecture where the network is known, and says where it has none', async () => {
    const { stdout } = await run(['convert', keras, at('web/'), '--dtype', 'float16']);
    expect(stdout).toMatch(/loads +by tf\.loadLayersModel/);
    expect(stdout).toMatch(/262 tensors from float32 to float16/);
    const model = JSON.parse(readFileSync(at('web/model.json'), 'utf8'));
    expect(model.modelTopology.model_config.class_name).toBe('Functional');
    expect(readdirSync(at('web')).sort()).toEqual(['group1-shard1of1.bin', 'model.json']);
    const unknown = await run(['convert', fixture('stored.npz'), at('unknown/model.json')]);
    expect(unknown.stdout + unknown.stderr).toMatch(
      /as weights only: tf\.loadLayersModel needs an architecture|cannot hold/,
    );
    const grouped = saved('rx.safetensors', buildModel('regnet_x_400mf'));
    expect((await run(['convert', grouped, at('rx/model.json')])).stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /no architecture was written: .* has no grouped convolution/,
    );
  });

  it('takes the architecture of a Keras 2 file along', async () => {
    const { stdout, code } = await run(['convert', fixture('full-model.h5'), at('full/model.json')]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/loads +by tf\.loadLayersModel/)]);
  });

  it('converts GoogLeNet with auxiliary classifiers, and classifies with it', async () => {
    const path = saved('aux.safetensors', buildModel('googlenet', { aux: true }));
    const { stdout } = await run(['convert', path, at('plain.safetensors'), '--model', 'googlenet']);
    expect(stdout).toMatch(/dropped +aux1\.conv\.conv\.weight/);
    const [picture = ''] = samplePictures();
    const answer = await run(['classify', picture, '--model', 'googlenet', '--weights', path]);
    expect(answer.code).toBe(0);
    expect(answer.stderr).toMatch(/left out \d+ tensors of its auxiliary classifiers/);
  }, 60_000);

  it('classifies with a network for other classes than the usual', async () => {
    const path = saved('seven.safetensors', buildModel('squeezenet1_1', { classes: 7 }));
    const labels = put('labels.txt', 'a\nb\nc\nd\ne\nf\ng\n');
    const [picture = ''] = samplePictures();
    const args = ['classify', picture, '--model', 'squeezenet1_1', '--weights', path, '--labels', labels, '--top', '7'];
    const { code, stdout, stderr } = await run([...args, '--preset', 'imagenet-torch']);
    expect(code).toBe(0);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/for the file's 7 classes/);
    expect(stdout.match(/^ {2}[a-g] +\d+\.\d %/gm)).toHaveLength(7);
  });

  it('does not overwrite without --force, nor leave anything behind where it fails', async () => {
    const there = put('there.safetensors', 'mine');
    const refused = await run(['convert', keras, there]);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/there\.safetensors is there already; .*--force/);
    expect(readFileSync(there, 'utf8')).toBe('mine');
    expect((await run(['convert', keras, there, '--force'])).code).toBe(0);
    expect(readFileSync(there).equals(readFileSync(keras))).toBe(true);
    mkdirSync(at('shards'));
    writeFileSync(at('shards/group1-shard1of2.bin'), 'mine');
    expect((await run(['convert', keras, at('shards/model.json')])).code).toBe(2);
    expect(readdirSync(at('shards'))).toEqual(['group1-shard1of2.bin']);
    expect((await run(['convert', at('gone.npz'), at('never.npz')])).code).toBe(2);
    expect(existsSync(at('never.npz'))).toBe(false);
  });

  it('may write over its own input', async () => {
    const path = put('self.safetensors', readFileSync(keras));
    expect((await run(['convert', path, path, '--to', 'timm', '--force'])).code).toBe(0);
    expect((await run(['weights', 'inspect', path, '--json', '--no-stats'])).stdout).toMatch(/"dialect": "timm"/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['an output without an ending', [keras, at('out')], /does not say in which format to write: end it in/],
    [
      'a format that is none',
      [keras, at('out.npz'), '--format', 'h5'],
      /--format is one of safetensors, npz, tfjs, onnx; got "h5"/,
    ],
    [
      'a dialect that is none',
      [keras, at('out.npz'), '--to', 'caffe'],
      /--to is one of torchvision, timm, keras; got "caffe"/,
    ],
    [
      'a type that is none',
      [keras, at('out.npz'), '--dtype', 'int8'],
      /--dtype is one of float32, float16; got "int8"/,
    ],
    ['a model that is none', [keras, at('out.npz'), '--model', 'mobilnet_v2'], /no network called "mobilnet_v2"/],
    [
      'an unknown network to other names',
      [fixture('state-dict.zip.pt'), at('out.npz'), '--to', 'keras'],
      /No network of the zoo fits .*Give --model NAME/,
    ],
    ['one argument', [keras], /missing required argument 'out'/],
  ])('%s is wrong use', async (_, args, message) => {
    const { code, stdout, stderr } = await run(['convert', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a network that does not fit', [keras, at('out.npz'), '--model', 'resnet18'], /does not fit resnet18/],
    ['a folder that is not there', [keras, at('gone/out.npz')], /there is no folder .*Make it first/],
    [
      'numbers that float16 cannot hold',
      [
        put('big.npz', writeNpz([{ name: 'v', tensor: float32Tensor([1], Float32Array.of(1e6)) }])),
        at('out.npz'),
        '--dtype',
        'float16',
      ],
      /"v" has the value 1000000, which float16 cannot hold/,
    ],
  ])('%s is a failure', async (_, args, message) => {
    const { code, stdout, stderr } = await run(['convert', ...args]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(at('out.npz'))).toBe(false);
  });
});

describe('broken files end in one message of both commands, and in nothing else', () => {
  const good = readFileSync(embedded);
  const shards = writeTfjs([{ name: 'w', tensor: float32Tensor([4], new Float32Array(4)) }]);
  mkdirSync(at('cut'));
  writeFileSync(at('cut/model.json'), shards.get('model.json') ?? '');
  writeFileSync(at('cut/group1-shard1of1.bin'), new Uint8Array(7));
  mkdirSync(at('out-of'));
  const leading = JSON.stringify([{ paths: ['../good.bin'], weights: [{ name: 'w', shape: [1], dtype: 'float32' }] }]);
  writeFileSync(at('out-of/model.json'), leading);
  mkdirSync(at('linked'));
  writeFileSync(at('linked/model.json'), shards.get('model.json') ?? '');
  symlinkSync('/etc/hostname', at('linked/group1-shard1of1.bin'));

  it.each<[string, string, RegExp]>([
    ['cut short', put('cut.safetensors', good.subarray(0, 5000)), /fetch it again/],
    ['empty', put('empty.h5', ''), /is empty/],
    ['a web page', put('page.pth', '<!DOCTYPE html><html>'), /is a web page; the download went wrong/],
    ['a pickle that calls os.system', fixture('evil.zip.pt'), /system.*nothing was run/is],
    ['an old pickle that calls os.system', fixture('evil.legacy.pt'), /system.*nothing was run/is],
    ['an h5 bomb', fixture('bomb.h5'), /more than 32 times the file's/],
    [
      'h5 cut short',
      put('cut.h5', readFileSync(fixture('full-model.h5')).subarray(0, 3000)),
      /shorter than its own header says|damaged/,
    ],
    ['an array of objects', fixture('objects.npz'), /could run code; nothing was run/],
    ['a shard cut short', at('cut/model.json'), /need 16 bytes, but the files have 7; fetch them again/],
    ['a path that leads out', at('out-of/model.json'), /may lie outside of its folder; it was not read/],
    ['a link that leads out', at('linked/model.json'), /is a link that leads out of its folder; it was not read/],
  ])('%s', async (_, path, message) => {
    for (const args of [
      ['weights', 'inspect', path],
      ['convert', path, at('broken.safetensors')],
    ]) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^convzoo: /);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(existsSync(at('broken.safetensors'))).toBe(false);
  });
});
