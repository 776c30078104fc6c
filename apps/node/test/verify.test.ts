import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

const myNet = path('examples/my-net.ts');
const mine = path('fixtures/parity/my-net.jsonl');
const papers = path('fixtures/goldens-own/papers.jsonl');
const verify = (...args: readonly string[]) => run(['verify', ...args, '--backend', 'wasm']);

/** A file of the test's folder. */
function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** my-net with depthwise convolutions that pad as TensorFlow does. */
const wrongNet = (): string =>
  written(
    'wrong-net.ts',
    readFileSync(myNet, 'utf8').replace("stride, activation: 'relu'", "stride, padding: 'same', activation: 'relu'"),
  );

describe('verify', { timeout: 60_000 }, () => {
  it('says that an architecture of one’s own agrees with the record of its twin in torch, as docs/parity.md shows', async () => {
    const { code, stdout, stderr } = await verify(myNet, '--golden', mine);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^agrees torch my_net-64x64: error \d\.\de-[67], 33 layers compared\n$/);
    expect(stderr).toMatch(/The record agrees; .*at most 0\.0001/);
  });

  it('takes a graph as JSON, names that differ, and a model of Keras', async () => {
    const renamed = ['--golden', path('fixtures/parity/renamed-net.jsonl')];
    const lost = await verify(myNet, ...renamed);
    expect([lost.code, lost.stdout]).toEqual([
      1,
      expect.stringMatching(/in its parameters: 67 of the record's are not\s+here/),
    ]);
    const names = ['stage{s:1}=layers.{s:0}', 'stem=conv0', 'stem_bn=norm0', 'classifier=head'].flatMap((name) => [
      '--rename',
      name,
    ]);
    expect(await verify(myNet, ...renamed, ...names)).toMatchObject({ code: 0 });
    const keras = await verify(
      path('fixtures/parity/own_keras.json'),
      '--golden',
      path('fixtures/parity/own-keras.jsonl'),
      '--verbose',
    );
    expect(keras).toMatchObject({ code: 0, stdout: expect.stringMatching(/^agrees keras own_keras-40x48.*11 layers/) });
    expect(keras.stdout).toMatch(/^ {2}mix +mix\.pointwise +2x20x24x16 +\d/m);
  });

  it('says where a wrong one parts, what to look at, and ends with 1, at any width', async () => {
    const wrong = wrongNet();
    const { code, stdout } = await verify(wrong, '--golden', mine);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^PARTS {2}torch my_net-64x64 at stage1\.down\.dw by \d\.\de\+0; stem_bn before it agrees$/m,
    );
    expect(stdout).toMatch(
      /Look at relu \(activation relu\), stage1\.down\.dw \(conv2d 3x3, stride 2, padding\s+same, groups 32/,
    );
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const wide = await run(['verify', wrong, '--golden', mine, '--backend', 'wasm', '--verbose'], { columns: 160 });
    expect(
      wide.stdout.split('\n').filter((line) => /^ {2}(stem|stage\d|classifier)/.test(line)).length,
    ).toBeGreaterThan(25);
    expect(Math.max(...wide.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
    // Wide enough, and it agrees: the user's word.
    expect(await verify(myNet, '--golden', mine, '--tolerance', '1e-9')).toMatchObject({ code: 1 });
  });

  it('finds the network of the zoo by the record, one case or all', async () => {
    const one = await verify('--golden', papers, '--case', 'lenet5-32x32');
    expect(one).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^agrees torch lenet5-32x32: .*11 layers compared\n$/),
    });
    const two = await verify('--golden', papers, '--case', 'lenet5-32x32', 'plain20_cifar10-32x32', '--json');
    expect([two.code, two.stderr]).toEqual([0, '']);
    const [lenet, plain, ...others] = JSON.parse(two.stdout);
    expect(others).toEqual([]);
    expect(lenet).toMatchObject({
      case: 'lenet5-32x32',
      framework: 'torch',
      model: 'lenet5',
      agrees: true,
      tolerance: 1e-4,
    });
    expect(lenet).toMatchObject({ backend: 'wasm', firstDifference: null, unmatched: [], hints: [] });
    expect(lenet.error).toBeLessThan(1e-5);
    expect(lenet.taps[0]).toMatchObject({ name: 'c1', node: 'c1', shape: [2, 28, 28, 6], agrees: true });
    expect(plain).toMatchObject({ model: 'plain20_cifar10', agrees: true });
  });

  it('takes a network of the zoo as MODEL, and keys from a file of their own', async () => {
    const eight = ['--golden', papers, '--case', 'resnet20_cifar10-32x32'];
    expect(await verify('resnet20-cifar10', ...eight)).toMatchObject({ code: 0 });
    const plain = await verify('plain20-cifar10', ...eight);
    expect(plain.code).toBe(1);
    // Shortcuts have no parameters: only the numbers tell.
    expect(plain.stdout).toMatch(/^PARTS .* at layer1\.0 by/m);
    const record = JSON.parse(readFileSync(mine, 'utf8'));
    const { keys, ...bare } = record;
    const golden = written('bare.jsonl', JSON.stringify(bare));
    const wrong = written('keys.jsonl', JSON.stringify({ case: record.case, keys: keys.slice(1) }));
    expect(await verify(myNet, '--golden', golden)).toMatchObject({ code: 0 });
    const lacking = await verify(myNet, '--golden', golden, '--keys', wrong);
    expect([lacking.code, lacking.stdout]).toEqual([
      1,
      expect.stringMatching(/1 are not in the record\s+\(stem\.weight\)/),
    ]);
  });

  it('goes on after a record that cannot be compared, and does not call it agreement', async () => {
    const [lenet] = readFileSync(papers, 'utf8').split('\n');
    const golden = written('two.jsonl', `${readFileSync(mine, 'utf8').trim()}\n${lenet}\n`);
    const { code, stdout, stderr } = await verify('--golden', golden);
    expect([code, stdout.split('\n').length]).toEqual([1, 4]);
    expect(stdout).toMatch(/^FAILED torch my_net-64x64: The zoo has no network called "my_net"\. Give its/);
    expect(stdout).toMatch(/^agrees torch lenet5/m);
    expect(stderr).toMatch(/1 of 2 records agree/);
    const [failed] = JSON.parse((await verify('--golden', golden, '--json')).stdout);
    expect(failed).toMatchObject({ agrees: false, error: null, failure: { code: 'unknown-model' } });
  });

  it.each([
    ['no records named', () => [], 2, /--golden FILE\.jsonl/],
    ['a file that is not there', () => ['--golden', join(folder, 'nothing.jsonl')], 2, /there is no such file/],
    ['a folder', () => ['--golden', folder], 2, /is no file/],
    ['an empty file', () => ['--golden', written('empty.jsonl', '\n')], 1, /has no records; where nothing is compared/],
    ['keys alone', () => ['--golden', path('fixtures/goldens/timm-keys.jsonl')], 1, /only keys/],
    ['no JSON', () => ['--golden', path('README.md')], 1, /README\.md: Line 1: it is not JSON/],
    ['a picture', () => ['--golden', path('fixtures/preprocessing/images/bmp-grey1.bmp')], 1, /Line 1: it is not JSON/],
    [
      'records of preprocessing',
      () => ['--golden', path('fixtures/preprocessing/pillow-resize.jsonl')],
      1,
      /a record of preprocessing/,
    ],
    ['records of training', () => ['--golden', path('fixtures/goldens/torch-train.jsonl')], 1, /a record of training/],
    [
      'a case that is not there',
      () => ['--golden', mine, '--case', 'other'],
      2,
      /no case "other"\. It has my_net-64x64/,
    ],
    ['a model that is not there', () => ['./none.ts', '--golden', mine], 2, /none\.ts/],
    ['another name of the zoo', () => ['resnet19', '--golden', mine], 2, /Did you mean/],
    ['no tolerance', () => ['--golden', mine, '--tolerance', '0'], 2, /number above 0/],
    ['half a rename', () => ['--golden', mine, '--rename', 'a='], 2, /OURS=THEIRS/],
    ['no backend', () => ['--golden', mine, '--backend', 'abacus'], 2, /abacus/],
  ] as const)('refuses %s in a line', async (_, args, code, message) => {
    const ran = await run(['verify', ...args()]);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toMatch(/ at .*\.js:\d+/);
  });

  it('shows no control characters of a record', async () => {
    const [lenet = ''] = readFileSync(papers, 'utf8').split('\n');
    const record = JSON.parse(lenet);
    const taps = record.taps.map((tap: { name: string }) => ({ ...tap, name: `\u001b[2J${tap.name}` }));
    const golden = written('hostile.jsonl', JSON.stringify({ ...record, case: 'a\u001b[2J\nb', taps }));
    const { code, stdout } = await verify('--golden', golden, '--verbose');
    expect([code, stdout.includes('\u001b')]).toEqual([0, false]);
    expect(stdout).toMatch(/^agrees torch a\ufffd\[2J\ufffdb: /);
    const other = await verify('--golden', golden, '--case', 'c');
    expect([other.code, other.stderr.includes('\u001b')]).toEqual([2, false]);
  });

  it('writes the script that makes records, whole', async () => {
    const { code, stdout } = await run(['verify', '--script']);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(path('packages/parity/python/record_golden.py'), 'utf8'));
  });
});
