import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImage, encode } from '@convzoo/preprocessing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsUnder, wholeProgram } from './parse.js';
import { run } from './run.js';

// --json, --jsonl, --quiet and --no-color mean the same in every command.

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-output-'));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { CONVZOO_CACHE: join(folder, 'cache'), CONVZOO_OFFLINE: '1', NO_COLOR: undefined, FORCE_COLOR: '1' };
const golden = at('fixtures/parity/my-net.jsonl');

/** A short run of each command; what is made must not be there, so a name can have the number of the run in it. */
const RUNS: Readonly<Record<string, (run: number) => readonly string[]>> = {
  classify: () => ['a.png', 'b.png'],
  config: () => [],
  doctor: () => [],
  evaluate: () => ['classes'],
  explain: () => ['a.png', 'b.png'],
  features: () => ['a.png', 'b.png'],
  completion: () => ['bash'],
  convert: (run) => [at('fixtures/keras-import/files/nested-keras3.keras'), `converted-${run}.safetensors`],
  cost: () => ['resnet20-cifar10'],
  'cost explain': () => ['resnet20-cifar10'],
  claims: () => ['separable'],
  compare: () => ['resnet18', 'mobilenet_v2'],
  bench: () => ['--models', 'resnet8-cifar10', '--backends', 'engine', '--threads', '1', '--runs', '1'],
  'engine plan': () => ['resnet8-cifar10'],
  graph: () => ['resnet8-cifar10'],
  new: (run) => [`net-${run}`],
  preprocess: () => ['a.png', 'b.png', '--preset', 'cifar10'],
  train: (run) => [
    'resnet20-cifar10',
    '--data',
    'tiny.bin',
    '--test-data',
    'tiny.bin',
    '--epochs',
    '1',
    '--batch',
    '2',
    '--out',
    `out-${run}`,
  ],
  verify: () => [at('examples/my-net.ts'), '--golden', golden],
  'weights list': () => ['resnet18'],
  'weights pull': () => ['convzoo/resnet20-cifar10'],
  'weights verify': () => [],
  'weights cache': () => [],
  'weights inspect': () => [at('packages/weights/test/fixtures/state-dict.zip.pt')],
};

let runs = 0;
const start = (path: string, options: readonly string[]) =>
  run([...path.split(' '), ...(RUNS[path]?.(runs++) ?? []), ...options], { cwd: folder, env });

beforeAll(async () => {
  for (const [name, seed] of [
    ['a.png', 7],
    ['b.png', 11],
  ] as const) {
    const image = createImage(32, 32);
    for (let i = 0; i < image.data.length; i++) image.data[i] = (i * seed) % 251;
    writeFileSync(join(folder, name), await encode(image, { format: 'png' }));
  }
  mkdirSync(join(folder, 'classes/cat'), { recursive: true });
  copyFileSync(join(folder, 'a.png'), join(folder, 'classes/cat/a.png'));
  copyFileSync(join(folder, 'b.png'), join(folder, 'classes/cat/b.png'));
  writeFileSync(join(folder, 'tiny.bin'), new Uint8Array(4 * 3073).fill(3));
  mkdirSync(join(folder, 'cache'));
});

const commands = commandsUnder(await wholeProgram()).filter(
  ([path, command]) => path !== '' && (command.commands.length === 0 || path === 'cost'),
);

it('is tried with every command', () => {
  expect(Object.keys(RUNS).sort()).toEqual(commands.map(([path]) => path).sort());
});

describe.each(commands)('convzoo %s', { timeout: 120_000 }, (path, command) => {
  const options = command.options.map(({ long }) => long);

  it('has the options that all have', () => {
    expect(options).toEqual(expect.arrayContaining(['--json', '--quiet', '--no-color', '--debug']));
  });

  it('writes JSON and nothing else with --json', async () => {
    const { code, stdout, stderr } = await start(path, ['--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toBeTypeOf('object');
  });

  it('writes results only with --quiet, and no colour with --no-color', async () => {
    const { code, stdout, stderr } = await start(path, ['--quiet', '--no-color']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('\u001b');
  });
});

describe.each(commands.filter(([, { options }]) => options.some(({ long }) => long === '--jsonl')))(
  'convzoo %s',
  { timeout: 120_000 },
  (path) => {
    it('writes a JSON object a line with --jsonl', async () => {
      const { code, stdout } = await start(path, ['--jsonl', '--quiet']);
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect([code, lines.length > 0]).toEqual([0, true]);
      for (const line of lines) expect(line).toBeTypeOf('object');
      const both = await start(path, ['--jsonl', '--json']);
      expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/--json (is|writes) one /)]);
    });
  },
);

/** Commands whose results are text for people and cost little; 80 columns are tried beside each command's own tests. */
const SHOWN = [
  'classify',
  'claims',
  'compare',
  'config',
  'cost',
  'cost explain',
  'engine plan',
  'preprocess',
  'weights list',
];

describe.each([40, 160])('on a terminal of %d columns', { timeout: 120_000 }, (columns) => {
  it.each(SHOWN)('%s fits, and has a result', async (path) => {
    const args = [...path.split(' '), ...(RUNS[path]?.(runs++) ?? [])];
    const { code, stdout } = await run(args, { cwd: folder, columns });
    expect([code, stdout === '']).toEqual([0, false]);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
  });
});

describe('standard input', { timeout: 60_000 }, () => {
  const picture = (): Buffer => readFileSync(join(folder, 'a.png'));

  it.each([
    ['classify', ['-', '--jsonl'], picture],
    ['explain', ['-', '--jsonl'], picture],
    ['features', ['-'], picture],
    ['preprocess', ['-', '--jsonl'], picture],
    ['verify', [at('examples/my-net.ts'), '--golden', '-', '--jsonl'], () => readFileSync(golden)],
  ] as const)('is read by %s %j', async (name, args, read) => {
    const { code, stdout } = await run([name, ...args, '--quiet'], { cwd: folder, env, stdin: read() });
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
    expect(JSON.parse(stdout).error?.code).toBeUndefined();
  });
});
