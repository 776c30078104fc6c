import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Mirror, startMirror } from './mirror.js';
import { run, runUntil } from './run.js';

let mirror: Mirror;
let origin: string;

beforeAll(async () => {
  mirror = await startMirror();
  ({ origin } = mirror);
});
afterAll(() => mirror.close());

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'convzoo-weights-'));
  process.env['CONVZOO_CACHE'] = cache;
  mirror.requests.length = 0;
});
afterEach(() => {
  delete process.env['CONVZOO_CACHE'];
  rmSync(cache, { recursive: true, force: true });
});

const bytes = new Uint8Array(200_000).map((_, i) => (i * 7919) >> 4);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const hubFile = '/timm/resnet18d.ra2_in1k/resolve/main/model.safetensors';

const serve = (path: string, content: Uint8Array = bytes): string => mirror.serve(path, content);
const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('convzoo weights list', () => {
  it('lists the whole catalogue in 80 columns', async () => {
    const { code, stdout } = await run(['weights', 'list']);
    expect(code).toBe(0);
    expect(longest(stdout)).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^ {2}torchvision\/resnet50\.imagenet1k_v2 .* 80\.86 +25\.6 M +224$/m);
    expect(stdout).toMatch(/^\* convzoo\/resnet20-cifar10 /m);
    expect(stdout).toMatch(/381 of 381 weights; 1 on this machine \(\*\)/);
  });

  it('takes a network, a part of a name, or stars', async () => {
    const names = async (pattern: string) =>
      (await run(['weights', 'list', pattern, '--json'])).stdout
        .match(/"name": "[^"]+"/g)
        ?.map((text) => text.slice(9, -1));
    expect(await names('googlenet')).toEqual(['torchvision/googlenet.imagenet1k_v1']);
    expect(await names('GhostNet_1')).toEqual(['timm/ghostnet_100.in1k']);
    expect(await names('keras/VGG*')).toEqual(['keras/VGG16', 'keras/VGG19']);
    expect(await names('resnet18.tv*')).toEqual(['timm/resnet18.tv_in1k']);
    expect(await names('keras/mobilenet_v1@0.5,160')).toEqual(['keras/MobileNet@0.5,160']);
  });

  it('has everything in JSON', async () => {
    const [entry] = JSON.parse((await run(['weights', 'list', 'resnet50.IMAGENET1K_V2', '--json'])).stdout);
    expect(entry).toMatchObject({
      name: 'torchvision/resnet50.imagenet1k_v2',
      location: 'https://download.pytorch.org/models/resnet50-11ad3fa6.pth',
      checksum: { algorithm: 'sha256', digest: '11ad3fa6' },
      licence: 'BSD-3-Clause',
      top1: 80.858,
      preprocessing: { preset: 'imagenet-torch', resize: 232, crop: 224, interpolation: 'bilinear' },
      path: null,
    });
  });

  it('says what is near to a pattern of nothing', async () => {
    const { code, stderr } = await run(['weights', 'list', 'resnet51']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Did you mean .*ResNet50/);
  });
});

describe('convzoo weights pull', () => {
  it('downloads once, and says where the file is', async () => {
    const url = serve('/a/weights.safetensors');
    const first = await run(['weights', 'pull', url]);
    expect(first.code).toBe(0);
    expect(readFileSync(first.stdout.trim()).equals(bytes)).toBe(true);
    expect(first.stderr).toMatch(/Downloading .* \(200\.00 kB\)/);
    const second = await run(['weights', 'pull', url, '--offline', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({
      from: 'cache',
      path: first.stdout.trim(),
      sha256,
      size: 200_000,
    });
    expect(second.stderr).toBe('');
    expect(mirror.requests).toHaveLength(1);
  });

  it('takes names of the catalogue from a mirror, a server or a folder', async () => {
    serve(`/huggingface.co${hubFile}`);
    const pulled = await run(['weights', 'pull', 'timm/resnet18d.ra2_in1k', '--mirror', origin, '--json']);
    expect(JSON.parse(pulled.stdout)).toMatchObject({
      weights: 'timm/resnet18d.ra2_in1k',
      from: 'download',
      url: `https://huggingface.co${hubFile}`,
    });
    expect((await run(['weights', 'list', 'resnet18d'])).stdout).toMatch(/^\* timm\/resnet18d\.ra2_in1k/m);
    const folder = join(cache, 'mirror');
    const path = join(folder, 'huggingface.co/timm/resnet18d.ra4_e3600_r224_in1k/resolve/main/model.safetensors');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    const copied = await run(['weights', 'pull', 'resnet18d.ra4_e3600_r224_in1k', '--mirror', folder]);
    expect(copied.code).toBe(0);
  });

  it('never keeps what has another checksum than was published', async () => {
    serve('/download.pytorch.org/models/resnet18-f37072fd.pth');
    const { code, stderr } = await run(['weights', 'pull', 'resnet18', '--mirror', origin]);
    expect(code).toBe(1);
    expect(stderr).toContain(`expected SHA-256 beginning with f37072fd, got ${sha256}`);
    expect(readdirSync(cache, { recursive: true }).filter((name) => /pth|part/.test(String(name)))).toEqual([]);
  });

  it('keeps what has arrived at Ctrl-C, and goes on from there', async () => {
    const url = serve('/slow/weights.safetensors');
    const stopped = await runUntil(['weights', 'pull', url], /Downloading/, 'SIGINT');
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/interrupted; the \d+ bytes that are here are kept/);
    expect((await run(['weights', 'cache'])).stdout).toMatch(/kB .*weights\.safetensors \(unfinished\)/);
    const resumed = await run(['weights', 'pull', url]);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toMatch(/going on from/);
    expect(mirror.requests[1]).toMatch(/ bytes=\d+-$/);
    expect(readFileSync(resumed.stdout.trim()).equals(bytes)).toBe(true);
  });

  it.each([
    ['offline', ['resnet50', '--offline'], 1, /offline mode/],
    ['unknown', ['resnet51'], 2, /Did you mean/],
    ['a path that leaves its repository', ['hf://a/b/../../etc/passwd'], 2, /no part of a path/],
    ['plain http elsewhere', ['http://weights.example/x.pth'], 2, /plain http/],
    ['not there', ['hf://a/b/c.bin', '--mirror', 'ORIGIN'], 1, /does not exist there \(404\)/],
  ])('refuses what is %s', async (_, args, expected, message) => {
    const { code, stderr } = await run(['weights', 'pull', ...args.map((text) => text.replace('ORIGIN', origin))]);
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
  });
});

describe('convzoo weights verify', () => {
  it('names what has changed, and removes it when told to', async () => {
    const good = (await run(['weights', 'pull', serve('/good.bin')])).stdout.trim();
    const bad = (await run(['weights', 'pull', serve('/bad.bin')])).stdout.trim();
    expect((await run(['weights', 'verify'])).code).toBe(0);
    writeFileSync(
      bad,
      bytes.map((byte, i) => (i === 1000 ? byte ^ 1 : byte)),
    );
    const { code, stdout } = await run(['weights', 'verify']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {7}.*good\.bin, 200\.00 kB$/m);
    expect(stdout).toMatch(new RegExp(`^CHANGED {2}.*bad\\.bin: expected SHA-256 ${sha256}, got [0-9a-f]{64}$`, 'm'));
    expect((await run(['weights', 'verify', `${origin}/good.bin`])).code).toBe(0);
    expect((await run(['weights', 'verify', 'resnet50'])).code).toBe(2);
    const removed = JSON.parse((await run(['weights', 'verify', '--remove', '--json'])).stdout);
    expect(removed).toMatchObject([{ ok: expect.any(Boolean) }, { ok: expect.any(Boolean) }]);
    expect((await run(['weights', 'verify'])).code).toBe(0);
    expect(readFileSync(good).equals(bytes)).toBe(true);
  });
});

describe('convzoo weights cache', () => {
  it('shows sizes, and prunes by age and by size', async () => {
    const paths: string[] = [];
    for (const name of ['old', 'middle', 'new']) {
      paths.push((await run(['weights', 'pull', serve(`/${name}.bin`)])).stdout.trim());
    }
    paths.forEach((path, index) => {
      const used = new Date(Date.now() - (2 - index) * 40 * 86_400e3);
      utimesSync(join(dirname(path), 'record.json'), used, used);
    });
    const shown = await run(['weights', 'cache']);
    expect(shown.stdout).toMatch(/new\.bin\n.*middle\.bin\n.*old\.bin\n600\.00 kB in 3 files/);
    expect((await run(['weights', 'cache', '--older-than', '50d'])).code).toBe(2);
    const aged = JSON.parse((await run(['weights', 'cache', '--prune', '--older-than', '50d', '--json'])).stdout);
    expect(aged).toMatchObject({ freed: 200_000, removed: [{ weights: `${origin}/old.bin` }] });
    const small = await run(['weights', 'cache', '--prune', '--max-size', '250kB']);
    expect(small.stdout).toMatch(/removed {2}.*middle\.bin, 200\.00 kB\n200\.00 kB freed/);
    expect(JSON.parse((await run(['weights', 'cache', '--json'])).stdout)).toMatchObject({ total: 200_000 });
    await run(['weights', 'cache', '--prune']);
    expect(readdirSync(cache)).toHaveLength(1);
    expect((await run(['weights', 'cache'])).stdout).toContain('0 B in 0 files');
  });
});
