import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { presetOfWeights } from '@convzoo/preprocessing';
import { initialise } from '@convzoo/training';
import { encodeWeights, writeSafetensors } from '@convzoo/weights';
import { buildModel } from '@convzoo/zoo';
import { findPretrained, pretrainedWeights } from '@convzoo/zoo/pretrained';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { specFor } from '../src/weights/choose.js';
import { type Mirror, startMirror } from './mirror.js';
import { run } from './run.js';

// `classify` and `evaluate` with weights that are not on disk, as a user runs them. The real files cannot be had here: a
// mirror serves the embedded ones, and random ones in timm's names, of which timm states no checksum.

const embedded = fileURLToPath(import.meta.resolve('@convzoo/pretrained-resnet20-cifar10/weights.safetensors'));
const timmName = 'timm/mobilenetv3_small_050.lamb_in1k';
const timmPath = '/huggingface.co/timm/mobilenetv3_small_050.lamb_in1k/resolve/main/model.safetensors';
const timmWeights = (): Uint8Array => {
  const graph = buildModel('timm/mobilenetv3_small_050');
  return writeSafetensors(encodeWeights(graph, initialise(graph, 1), { dialect: 'timm' }));
};

let mirror: Mirror;
let cache: string;

beforeAll(async () => {
  mirror = await startMirror();
  cache = mkdtempSync(join(tmpdir(), 'convzoo-published-'));
  process.env['CONVZOO_CACHE'] = cache;
});
afterAll(() => {
  mirror.close();
  delete process.env['CONVZOO_CACHE'];
  rmSync(cache, { recursive: true, force: true });
});

const answersOf = (text: string): unknown =>
  JSON.parse(text).map(({ top, image }: { top: unknown; image: string }) => ({ top, image }));

describe('classify', () => {
  it('takes weights from an address, and answers as with the same file on disk', async () => {
    const url = mirror.serve('/models/weights.safetensors', readFileSync(embedded));
    const [remote, local] = [
      await run(['classify', '--weights', url, '--json']),
      await run(['classify', '--weights', embedded, '--json']),
    ];
    expect(remote.code).toBe(0);
    expect(answersOf(remote.stdout)).toEqual(answersOf(local.stdout));
    const again = await run(['classify', '--weights', url]);
    expect(again.stderr).toMatch(/Network: resnet20-cifar10, weights of http:.*, from the cache/);
    expect(mirror.requests).toEqual(['/models/weights.safetensors']);
  });

  it('says which published weights there are, pulls them when told to, and finds them the next time', async () => {
    mirror.serve(timmPath, timmWeights());
    const model = ['classify', '--model', 'timm/mobilenetv3_small_050'];
    const refused = await run(model);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Published are ${timmName} (57.91 % top-1): add --pull`);
    process.env['CONVZOO_MIRROR'] = mirror.origin;
    const pulled = await run([...model, '--pull']);
    delete process.env['CONVZOO_MIRROR'];
    expect(pulled.code).toBe(0);
    expect(pulled.stderr).toMatch(/Downloading timm\/mobilenetv3_small_050\.lamb_in1k/);
    expect(pulled.stderr).toMatch(new RegExp(`weights of ${timmName}; .*preprocessing of ${timmName}`));
    const found = await run(model);
    expect(found.code).toBe(0);
    expect(found.stderr).toMatch(/from the cache/);
    // The name alone chooses the network.
    const named = await run(['classify', '--weights', timmName, '--json']);
    const asked = await run([...model, '--json']);
    expect(named.code).toBe(0);
    expect(answersOf(named.stdout)).toEqual(answersOf(asked.stdout));
  });

  it('uses nothing of a broken download', async () => {
    mirror.serve('/broken.safetensors', new Uint8Array(5000));
    const { code, stderr } = await run(['classify', '--weights', `${mirror.origin}/broken.safetensors`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/safetensors/);
    process.env['CONVZOO_MIRROR'] = mirror.origin;
    mirror.serve('/download.pytorch.org/models/mnasnet0.5_top1_67.823-3ffadce67e.pth', timmWeights());
    const wrong = await run(['classify', '--model', 'mnasnet0_5', '--pull']);
    delete process.env['CONVZOO_MIRROR'];
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/expected SHA-256 beginning with 3ffadce67e, got [0-9a-f]{64}/);
  });
});

describe('evaluate', () => {
  it('takes them too', async () => {
    const folder = join(cache, 'pictures');
    const { code, stderr } = await run(['evaluate', folder, '--weights', 'timm/nothing.in1k']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no weights of the catalogue/);
  });
});

describe('the preprocessing of published weights', () => {
  const presetOf = (name: string) => {
    const entry = findPretrained(name);
    return entry && presetOfWeights(entry);
  };

  it('is the one that they were measured with', () => {
    expect(presetOf('torchvision/resnet50.imagenet1k_v2')).toMatchObject({
      resize: { mode: 'shorter-side', size: 232 },
      filter: 'bilinear',
      crop: { height: 224, width: 224 },
    });
    expect(presetOf('timm/convnext_tiny.in12k_ft_in1k_384')).toMatchObject({
      resize: { mode: 'exact', height: 384, width: 384 },
      filter: 'bicubic',
    });
    expect(presetOf('timm/mobilenetv3_large_100.miil_in21k_ft_in1k')?.normalise).toEqual({
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  it("is the network's usual one where Keras states none", () => {
    expect(presetOf('keras/ResNet50')).toBeUndefined();
  });
});

describe('the network of published weights', () => {
  it('is built for each entry, with its input', () => {
    for (const entry of pretrainedWeights()) {
      const spec = specFor('resnet20-cifar10', { path: '', origin: '', entry });
      expect(() => buildModel(spec, { classes: 10 }), spec).not.toThrow();
    }
    const entry = findPretrained('timm/convnext_tiny.in12k_ft_in1k_384');
    const chosen = { path: '', origin: '', entry };
    expect(specFor('convnext_tiny', chosen)).toBe('timm/convnext_tiny@384');
    expect(specFor('convnext_tiny@224', chosen)).toBe('convnext_tiny@224');
    expect(specFor('resnet50', chosen)).toBe('resnet50');
  });
});
