/** Every command where its surroundings fail: signals, a reader that is gone, a full disk, a cache that cannot be written. */
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memorySource, openWeights } from '@convzoo/weights';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/names.js';
import { embedded } from '../src/network/embedded.js';
import { samplePictures } from '../src/pictures/samples.js';
import { startMirror } from './mirror.js';
import { run } from './run.js';

const binary = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const golden = fileURLToPath(new URL('../../../fixtures/goldens-own/keras.jsonl', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-manners-'));
const mounts: string[] = [];
afterAll(() => {
  for (const path of mounts) execFileSync('umount', [path], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});
const [picture = ''] = samplePictures();
const posix = process.platform !== 'win32';

// A set of one picture for each of two classes.
const set = join(folder, 'set');
for (const label of ['cat', 'ship']) {
  mkdirSync(join(set, label), { recursive: true });
  copyFileSync(picture, join(set, label, 'a.jpg'));
}

/** A use of every command that runs here; `out` is a folder for what it writes, if it writes any. */
const uses = (out: string): Readonly<Record<string, readonly string[]>> => ({
  bench: ['bench', '--models', 'lenet5', '--backends', 'engine', '--runs', '1'],
  classify: ['classify', picture],
  config: ['config'],
  doctor: ['doctor'],
  evaluate: ['evaluate', set],
  explain: ['explain', picture, '--out', join(out, 'explained')],
  features: ['features', picture],
  completion: ['completion', 'bash'],
  convert: ['convert', embedded.weightsPath, join(out, 'weights.npz')],
  compare: ['compare', 'resnet18', 'vgg16'],
  cost: ['cost', 'resnet50'],
  claims: ['claims'],
  engine: ['engine', 'plan', 'resnet20-cifar10'],
  graph: ['graph', 'resnet50'],
  new: ['new', 'my-net', '--dir', join(out, 'new')],
  preprocess: ['preprocess', picture, '--preset', 'cifar10', '--save-stages', join(out, 'stages')],
  train: ['train', 'resnet20-cifar10', '--data', set, '--out', join(out, 'training')],
  // One record of them: how it ends does not depend on how many there were.
  verify: ['verify', '--golden', golden, '--case', 'MobileNetV3Small-minimalistic-224x224'],
  weights: ['weights', 'list'],
  help: ['help'],
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs a command with a given standard output; `started` may send it a signal. */
function runWith(
  args: readonly string[],
  stdout: number | 'closed' | 'ignore',
  started?: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', CONVZOO_CACHE: join(folder, 'cache') },
      stdio: ['ignore', stdout === 'closed' ? 'pipe' : stdout, 'pipe'],
    });
    // A reader that is gone before anything is written.
    if (stdout === 'closed') child.stdout?.destroy();
    let stderr = '';
    child.stderr?.on('data', (data) => {
      stderr += data;
    });
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
    started?.((signal) => child.kill(signal));
  });
}

const noStack = (stderr: string): void => expect(stderr).not.toMatch(/\n\s+at |node:internal|Unhandled|Uncaught/);

/** Files under a folder, by their path in it. */
const filesIn = (path: string): readonly string[] =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(path, name)).isFile())
    : [];

/** That whatever has its name is whole. */
async function allWhole(out: string): Promise<void> {
  for (const name of filesIn(out)) {
    const bytes = readFileSync(join(out, name));
    if (/\.tmp$|\.part$|^\./.test(name.slice(name.lastIndexOf('/') + 1))) continue;
    if (name.endsWith('.png')) expect(bytes.subarray(-8, -4).toString('latin1'), name).toBe('IEND');
    else if (name.endsWith('.npz')) await (await openWeights(memorySource(bytes, name))).close();
    else expect(bytes.length, name).toBeGreaterThan(0);
  }
}

it('every command is tried', () => {
  expect(Object.keys(uses(folder)).sort()).toEqual([...COMMANDS].sort());
});

const names = Object.keys(uses(folder));

describe.skipIf(!posix)('a reader that is gone', () => {
  it.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const out = join(folder, `pipe-${name}`);
    const { code, signal, stderr } = await runWith(uses(out)[name] ?? [], 'closed');
    noStack(stderr);
    // `train` refuses such data, `verify` may find a difference.
    expect([signal, code === 0 || code === 1 || name === 'train']).toEqual([null, true]);
    await allWhole(out);
  });
});

describe.skipIf(!existsSync('/dev/full'))('standard output on a full disk', () => {
  it.each(names.filter((name) => name !== 'train'))('%s', { timeout: 60_000 }, async (name) => {
    const full = openSync('/dev/full', 'w');
    const out = join(folder, `full-${name}`);
    mkdirSync(out);
    const { code, signal, stderr } = await runWith(uses(out)[name] ?? [], full);
    noStack(stderr);
    const silent = ['convert', 'new', 'explain'].includes(name) && code === 0;
    expect([signal, silent ? 1 : code]).toEqual([null, 1]);
    if (!silent) expect(stderr).toMatch(/convzoo: standard output cannot be written: ENOSPC[^\n]*\n$/);
  });
});

describe.skipIf(!posix)('a signal at any moment', () => {
  // Milliseconds after the start: while the program is loaded, while it works.
  const moments = process.env['CONVZOO_FULL'] === '1' ? [60, 300, 700] : [300];
  it.each(names.flatMap((name) => (['SIGINT', 'SIGTERM'] as const).map((signal) => [name, signal] as const)))(
    '%s, %s',
    { timeout: 60_000 },
    async (name, wanted) => {
      for (const [i, moment] of moments.entries()) {
        const out = join(folder, `${wanted}-${name}-${i}`);
        const timers: NodeJS.Timeout[] = [];
        const { code, signal, stderr } = await runWith(uses(out)[name] ?? [], 'ignore', (kill) => {
          timers.push(setTimeout(() => kill(wanted), moment));
        });
        for (const timer of timers) clearTimeout(timer);
        noStack(stderr);
        // Ended by the signal, as a shell tells by 130 or 143; or told so; or done before.
        const told = wanted === 'SIGINT' ? 130 : 143;
        expect(signal === wanted || code === told || code === 0 || code === 1 || code === 2, `${code} ${signal}`).toBe(
          true,
        );
        await allWhole(out);
      }
    },
  );
});

/** A file system of 1 MB, for root on Linux. */
function smallDisk(path: string, options: string): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    mounts.push(path);
    return true;
  } catch {
    return false;
  }
}

describe('a disk that is full', () => {
  const disk = join(folder, 'disk');
  const isMounted = smallDisk(disk, 'size=64k');
  if (!isMounted) console.warn('skipped: commands on a full disk, for no small disk can be mounted here');

  it.skipIf(!isMounted).each([
    ['classify', ['classify', picture, picture, '-o', join(disk, 'a.jsonl')]],
    ['features', ['features', picture, '-o', join(disk, 'f.jsonl')]],
    ['features to npy', ['features', picture, '--format', 'npy', '-o', join(disk, 'f.npy')]],
    ['convert', ['convert', embedded.weightsPath, join(disk, 'w.npz')]],
    ['convert to ONNX', ['convert', embedded.weightsPath, join(disk, 'w.onnx')]],
    ['explain', ['explain', picture, '--out', join(disk, 'explained')]],
    ['preprocess', ['preprocess', picture, '--preset', 'cifar10', '--save-stages', join(disk, 'stages')]],
    ['graph', ['graph', 'resnet152', '--svg', '-o', join(disk, 'g.svg')]],
    ['cost', ['cost', 'resnet152', '--html', join(disk, 'c.html')]],
    ['compare', ['compare', '--all', '--html', join(disk, 'c.html')]],
    ['new', ['new', 'full-net', '--dir', disk]],
  ] as const)('%s', { timeout: 60_000 }, async (name, args) => {
    for (const each of readdirSync(disk)) rmSync(join(disk, each), { recursive: true });
    // What is left is less than a page.
    writeFileSync(join(disk, 'filler'), Buffer.alloc(64 * 1024 - 4096));
    try {
      writeFileSync(join(disk, 'rest'), Buffer.alloc(4096));
    } catch {
      // It was full before.
    }
    const { code, stdout, stderr } = await run(args);
    noStack(stderr);
    // Of a picture it is said in its place.
    expect([code, stdout + stderr], name).toEqual([1, expect.stringMatching(/ENOSPC|no space left|the disk is full/)]);
    // An answer of no bytes is resumed like none; nothing else has its name.
    const left = filesIn(disk).filter((each) => each !== 'filler' && each !== 'rest');
    for (const each of left) expect([each, statSync(join(disk, each)).size]).toEqual([each, 0]);
  });

  it('weights pull says so, and leaves nothing that looks whole', { timeout: 60_000 }, async (context) => {
    if (!isMounted) context.skip('no small disk can be mounted here');
    for (const each of readdirSync(disk)) rmSync(join(disk, each), { recursive: true });
    const mirror = await startMirror();
    const url = mirror.serve('/large.safetensors', Buffer.alloc(300_000, 1));
    const { code, stdout, stderr } = await run(['weights', 'pull', url], { env: { CONVZOO_CACHE: disk } });
    mirror.close();
    noStack(stderr);
    expect([code, stdout]).toEqual([1, '']);
    expect(filesIn(disk).filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  });
});

describe('a cache that cannot be written', () => {
  const cache = join(folder, 'read-only');
  const isMounted = smallDisk(cache, 'size=1m,ro');

  it('stops no work, and a download with one sentence', { timeout: 60_000 }, async (context) => {
    if (!isMounted) context.skip('no read-only disk can be mounted here');
    const env = { CONVZOO_CACHE: cache };
    expect((await run(['classify', picture, '-q'], { env })).code).toBe(0);
    // Long enough to be measured, which is kept nowhere.
    const list = Array.from({ length: 6000 }, (_, i) => `${i}.jpg`).join('\n');
    const stream = await run(['classify', '--files-from', '-', '--jsonl'], { env, stdin: list });
    expect([stream.code, stream.stdout.trim().split('\n').length]).toEqual([1, 6000]);
    noStack(stream.stderr);
    expect((await run(['weights', 'cache'], { env })).code).toBe(0);
    const doctor = await run(['doctor', '-q'], { env });
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/Set CONVZOO_CACHE to a folder/)]);
    const mirror = await startMirror();
    const pull = await run(['weights', 'pull', mirror.serve('/a.safetensors', Buffer.alloc(100))], { env });
    mirror.close();
    noStack(pull.stderr);
    expect([pull.code, pull.stdout]).toEqual([1, '']);
    expect(pull.stderr).toMatch(/CONVZOO_CACHE|cache/);
  });
});

describe('processes that pull the same weights at once', () => {
  it('make one request, and each has the whole file', { timeout: 120_000 }, async () => {
    const env = { CONVZOO_CACHE: join(folder, 'shared-cache') };
    const bytes = readFileSync(embedded.weightsPath);
    const mirror = await startMirror();
    const url = mirror.serve('/net.safetensors', bytes);
    const pulls = await Promise.all([1, 2, 3, 4].map(() => run(['weights', 'pull', url, '-q'], { env })));
    mirror.close();
    expect(mirror.requests.filter((request) => request.startsWith('/net.safetensors'))).toHaveLength(1);
    expect(pulls.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    for (const { stdout } of pulls) expect(readFileSync(stdout.trim()).equals(bytes)).toBe(true);
  });

  it.skipIf(!posix)('and one that is killed meanwhile spoils nothing', { timeout: 120_000 }, async () => {
    const cache = join(folder, 'killed-cache');
    const bytes = readFileSync(embedded.weightsPath);
    const mirror = await startMirror();
    const url = mirror.serve('/slow/net.safetensors', bytes);
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGKILL', null],
    ] as const) {
      rmSync(cache, { recursive: true, force: true });
      const child = spawn(process.execPath, [binary, 'weights', 'pull', url], {
        env: { ...process.env, CONVZOO_CACHE: cache },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', (data) => {
          stderr += data;
          if (/Downloading/.test(stderr)) resolve();
        });
      });
      child.kill(signal);
      expect([signal, await ended]).toEqual([signal, code]);
      noStack(stderr);
      expect(filesIn(cache).filter((name) => name.endsWith('.safetensors'))).toEqual([]);
      const again = await run(['weights', 'pull', url, '-q'], { env: { CONVZOO_CACHE: cache } });
      expect(again.code, signal).toBe(0);
      expect(readFileSync(again.stdout.trim()).equals(bytes)).toBe(true);
    }
    mirror.close();
  });
});
