import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-onnx-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const MODEL = 'resnet20_cifar10';

beforeAll(async () => {
  expect((await run(['convert', MODEL, 'net.onnx'], { cwd: folder })).stderr).toBe('');
  expect((await run(['convert', MODEL, 'nhwc.onnx', '--layout', 'nhwc', '--fold'], { cwd: folder })).stderr).toBe('');
});

interface Answer {
  readonly top: readonly { readonly label: string; readonly probability: number }[];
}

async function answers(...args: string[]): Promise<readonly Answer[]> {
  const { code, stdout, stderr } = await run(['classify', '-m', MODEL, '--json', ...args], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as Answer[]).map(({ top }) => ({ top }));
}

function expectAlike(found: readonly Answer[], expected: readonly Answer[]): void {
  expect(found.map(({ top }) => top.map(({ label }) => label))).toEqual(
    expected.map(({ top }) => top.map(({ label }) => label)),
  );
  for (const [i, { top }] of found.entries()) {
    for (const [j, { probability }] of top.entries())
      expect(probability).toBeCloseTo(expected[i]!.top[j]!.probability, 4);
  }
}

describe('convert to ONNX', { timeout: 60_000 }, () => {
  it('writes a network and says what it is', async () => {
    for (const columns of [80, 160]) {
      const args = ['convert', MODEL, 'net.onnx', '--taps', 'layer1,layer2', '--force'];
      const { code, stdout } = await run(args, { cwd: folder, columns });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^resnet20-cifar10 -> net\.onnx\n/);
      expect(stdout).toMatch(/ONNX, opset 21, 1\.\d+ MB, every parameter under its name/);
      expect(stdout).toContain('input: batch x 3 x 32 x 32');
      expect(stdout).toContain('output: batch x 10');
      expect(stdout).toContain('layer2: batch x 32 x 16 x 16');
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('says the same as JSON, in the layout that was asked for', async () => {
    const { stdout } = await run(['convert', MODEL, 'nhwc.onnx', '--layout', 'nhwc', '--fold', '--json', '-f'], {
      cwd: folder,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'nhwc.onnx',
      bytes: statSync(join(folder, 'nhwc.onnx')).size,
      opset: 21,
      layout: 'nhwc',
      folded: true,
      input: { name: 'input', dims: ['batch', 32, 32, 3] },
      outputs: [{ name: 'output', dims: ['batch', 10] }],
    });
  });

  it('notes preprocessing and labels, and no path of this machine', () => {
    const text = readFileSync(join(folder, 'net.onnx')).toString('latin1');
    expect(text).toMatch(/preprocessing.{1,10}\{"name":"cifar10"/s);
    expect(text).toContain('"airplane"');
    for (const path of [folder, homedir(), process.cwd(), 'node_modules', '.safetensors'])
      if (path.length > 1) expect(text, path).not.toContain(path);
  });

  it('keeps what is there, and refuses what makes no sense', async () => {
    const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const { code, stderr } = await run(['convert', ...args], { cwd: folder });
      expect(stderr).toMatch(pattern);
      expect(code).toBe(2);
    };
    await refused(/net\.onnx is there already/, MODEL, 'net.onnx');
    await refused(/--dtype is for weights/, MODEL, 'a.onnx', '--dtype', 'float16');
    await refused(/--taps is for ONNX alone/, 'net.onnx', 'a.npz', '--taps', 'layer1');
    await refused(/--layout is one of nchw, nhwc; got "chwn"/, MODEL, 'a.onnx', '--layout', 'chwn');
    await refused(/two files for resnet18/, 'net.onnx', 'a.onnx', '-m', 'resnet18', '--weights', 'b');
    await refused(/no network, so --weights/, 'net.onnx', 'a.onnx', '--weights', 'b');
  });
});

describe('an ONNX file as weights', { timeout: 60_000 }, () => {
  it('is known by its content', async () => {
    mkdirSync(join(folder, 'other'), { recursive: true });
    writeFileSync(join(folder, 'other', 'weights.bin'), readFileSync(join(folder, 'net.onnx')));
    const { stdout, code } = await run(['weights', 'inspect', 'other/weights.bin'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/format {5}onnx, 1\.\d+ MB/);
    expect(stdout).toMatch(/network {4}resnet20-cifar10 \(torchvision's variant\): all 97 parameters/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('gives the answers of the network, folded or not', async () => {
    const expected = await answers();
    expectAlike(await answers('--weights', 'net.onnx'), expected);
    expectAlike(await answers('--weights', 'nhwc.onnx'), expected);
  });

  it('is converted to other formats, and to ONNX again', async () => {
    const { code } = await run(['convert', 'nhwc.onnx', 'back.safetensors', '--to', 'torchvision'], { cwd: folder });
    expect(code).toBe(0);
    expectAlike(await answers('--weights', 'back.safetensors'), await answers());
    const again = await run(['convert', 'net.onnx', 'again.onnx'], { cwd: folder });
    expect(again.stdout).toMatch(/resnet20-cifar10 -> again\.onnx/);
  });

  it('that is damaged is an error of one line', async () => {
    const bytes = readFileSync(join(folder, 'net.onnx'));
    writeFileSync(join(folder, 'cut.onnx'), bytes.subarray(0, 5000));
    const { code, stderr } = await run(['weights', 'inspect', 'cut.onnx'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^convzoo: cut\.onnx ends before the \d+ bytes/);
  });
});

it('--backend ort gives the answers of the engine', { timeout: 60_000 }, async () => {
  const expected = await answers('--backend', 'engine');
  expectAlike(await answers('--backend', 'ort'), expected);
  expectAlike(await answers('--backend', 'ort', '--threads', '1'), expected);
});
