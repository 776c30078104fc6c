import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { wilsonInterval } from '../src/evaluation/tally.js';
import { run, runUntil } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));
const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** CIFAR-10's binary format: pictures of class c are one colour with noise, so that a network learns them at once. */
function syntheticCifar(pictures: number): string {
  const bytes = new Uint8Array(pictures * 3073);
  for (let i = 0; i < pictures; i++) {
    const label = i % 4;
    bytes[i * 3073] = label;
    for (let p = 0; p < 3072; p++) bytes[i * 3073 + 1 + p] = label * 60 + ((i * 31 + p * 17) % 23);
  }
  const path = join(folder, `synthetic-${pictures}.bin`);
  writeFileSync(path, bytes);
  return path;
}

describe('cost', () => {
  it('counts torchvision ResNet-50 exactly, in JSON and in a table of 80 columns', async () => {
    const { total, rows } = JSON.parse((await run(['cost', 'resnet50', '--json'])).stdout);
    expect([total.params, total.macs, total.flops]).toEqual([25_557_032, 4_089_184_256, 8_178_368_512]);
    expect(rows.reduce((sum: number, { macs }: { macs: number }) => sum + macs, 0)).toBe(total.macs);
    const { stdout } = await run(['cost', 'resnet50', '--per', 'stage']);
    expect(stdout).toMatch(/25,557,032|25\.56 M/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('train and evaluate', () => {
  const data = syntheticCifar(64);
  const recipe = ['--data', data, '--test-data', data, '--epochs', '3', '--batch', '16', '--backend', 'wasm'];
  const train = (out: string): readonly string[] => [
    'train',
    'resnet20-cifar10',
    ...recipe,
    '--out',
    join(folder, out),
  ];

  it('trains, writes weights with their card, and evaluates them; stopped and resumed it gives the same bits', async () => {
    const whole = await run([...train('whole'), '--json']);
    expect(whole.code).toBe(0);
    const card = JSON.parse(whole.stdout);
    expect(card).toEqual(JSON.parse(readFileSync(join(folder, 'whole/card.json'), 'utf8')));
    expect(card.history).toHaveLength(3);
    expect(card.history[2].trainLoss).toBeLessThan(card.history[0].trainLoss);
    expect(card.command).toContain(
      'convzoo train resnet20-cifar10 --data synthetic-64.bin --epochs 3 --batch 16 --rate 0.1',
    );

    const stopped = await runUntil(train('parts'), /Epoch 1\/3/, 'SIGINT');
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/the same command goes on/);
    expect(existsSync(join(folder, 'parts/weights.safetensors'))).toBe(false);
    const resumed = await run(train('parts'));
    expect(resumed.code).toBe(0);
    const [a, b] = ['whole', 'parts'].map((name) => readFileSync(join(folder, name, 'weights.safetensors')));
    expect(a?.equals(b as Buffer)).toBe(true);

    const other = await run([...train('parts'), '--seed', '2']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/belongs to a training with other options/)]);

    const evaluated = await run([
      'evaluate',
      data,
      '--weights',
      join(folder, 'whole/weights.safetensors'),
      '--json',
      '--backend',
      'wasm',
    ]);
    const { pictures, top1 } = JSON.parse(evaluated.stdout);
    expect([pictures, top1.right]).toEqual([64, card.accuracy.correct]);
  }, 120_000);
});

describe('evaluate', () => {
  it('takes a folder for each class, and counts what it cannot read apart', async () => {
    const images = fileURLToPath(new URL('../../../fixtures/preprocessing/images/', import.meta.url));
    for (const [name, file] of [
      ['cat', 'bmp-rgb24.bmp'],
      ['dog', 'bmp-grey8.bmp'],
      ['dog', 'broken-text.png'],
    ] as const) {
      mkdirSync(join(folder, 'classes', name), { recursive: true });
      writeFileSync(join(folder, 'classes', name, file), readFileSync(images + file));
    }
    const { code, stdout } = await run(['evaluate', join(folder, 'classes'), '--json', '--backend', 'wasm']);
    const result = JSON.parse(stdout);
    expect([code, result.pictures, result.failed.map((f: { code: string }) => f.code)]).toEqual([
      1,
      2,
      ['not-an-image'],
    ]);
  });

  const real: readonly [string, readonly string[], number][] = [
    [
      'MobileNet V2 of Keras on 100 photographs',
      ['images/imagenet-compatible', '--model', 'mobilenet_v2', '--weights', 'weights/keras/mobilenet_v2_1.0_224.h5'],
      0.8,
    ],
    [
      'MobileNet V1 of Keras on 100 photographs',
      ['images/imagenet-compatible', '--model', 'mobilenet_v1', '--weights', 'weights/keras/mobilenet_v1_1.0_224.h5'],
      0.75,
    ],
    [
      'CIFAR ResNet-20 on 4000 lossless pictures',
      [
        'datasets/cifar10-lossless-train4000.bin.gz',
        '--model',
        'resnet20-cifar10',
        '--weights',
        'weights/safetensors/resnet20_cifar10.safetensors',
      ],
      0.99,
    ],
    [
      'SqueezeNet 1.0 on 100 photographs, preprocessed as Caffe did',
      [
        'images/imagenet-compatible',
        '--model',
        'squeezenet1_0@227',
        '--preset',
        'imagenet-caffe-rgb',
        '--weights',
        'weights/safetensors/squeezenet1_0_imagenet.safetensors',
      ],
      0.46,
    ],
    [
      'ResNet-8 of MLPerf Tiny on 4000 lossless pictures',
      [
        'datasets/cifar10-lossless-train4000.bin.gz',
        '--model',
        'resnet8-cifar10',
        '--weights',
        'weights/keras/mlperf_resnet8_cifar10.h5',
      ],
      0.92,
    ],
  ];
  const missing = !existsSync(join(shared, 'weights'));
  if (missing) console.log('skipped: accuracy of real weights, since ../shared is missing');
  it.skipIf(missing).each(real)(
    '%s',
    async (_, [data = '', ...options], least) => {
      const args = options.map((option) => (option.startsWith('weights/') ? join(shared, option) : option));
      const { code, stdout } = await run(['evaluate', join(shared, data), ...args, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout).top1.accuracy).toBeGreaterThanOrEqual(least);
    },
    180_000,
  );
});

describe('wilsonInterval', () => {
  it('equals the published example: 0 of 10 gives 0 to 0.2775, 5 of 10 gives 0.2366 to 0.7634', () => {
    const [low, high] = wilsonInterval(0, 10);
    expect([low, high.toFixed(4)]).toEqual([0, '0.2775']);
    expect(wilsonInterval(5, 10).map((x) => x.toFixed(4))).toEqual(['0.2366', '0.7634']);
  });
});
