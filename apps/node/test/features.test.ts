import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImage, encode } from '@convzoo/preprocessing';
import { memorySource, openNpy } from '@convzoo/weights';
import { afterAll, describe, expect, it } from 'vitest';
import { NearestIndex } from '../src/interpretation/nearest.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-features-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function write(name: string, pixel: (i: number) => number): Promise<void> {
  const image = createImage(32, 32);
  for (let i = 0; i < image.data.length; i++) image.data[i] = pixel(i);
  writeFileSync(join(folder, name), await encode(image, { format: 'png' }));
}
await write('a.png', (i) => (i * 37) % 256);
await write('a-again.png', (i) => Math.min((i * 37) % 256, 250));
await write('grey.png', () => 128);
writeFileSync(join(folder, 'broken.png'), 'no picture');

const pictures = ['a.png', 'broken.png', 'a-again.png', 'grey.png'];
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const features = (args: readonly string[]) => run(['features', ...args], { cwd: folder });

describe('vectors', () => {
  it('are what the classifier reads: logits follow from them', async () => {
    const { code, stdout, stderr } = await features(['a.png', '--quiet']);
    expect([code, stderr]).toEqual([0, '']);
    const [entry] = lines(stdout);
    expect(entry).toMatchObject({ image: 'a.png', layer: 'avgpool' });
    expect(entry.features).toHaveLength(64);
    const whole = lines((await features(['a.png', '--layer', 'layer3', '--quiet'])).stdout)[0];
    // Of a map the mean is taken, which is what the pooling after layer3 does.
    for (const [i, value] of entry.features.entries()) expect(whole.features[i]).toBeCloseTo(value, 5);
  });

  it('a broken picture is answered in its place, with exit code 1', async () => {
    const { code, stdout } = await features([...pictures, '--quiet']);
    expect(code).toBe(1);
    const found = lines(stdout);
    expect(found.map(({ image }) => image)).toEqual(pictures);
    expect(found[1]).toEqual({ image: 'broken.png', error: { code: 'not-an-image', message: expect.any(String) } });
    const json = JSON.parse((await features([...pictures, '--json'])).stdout);
    expect(json).toEqual(found);
    const file = await features([...pictures, '-o', 'out.jsonl', '--quiet']);
    expect([file.code, file.stdout]).toEqual([1, '']);
    expect(lines(readFileSync(join(folder, 'out.jsonl'), 'utf8'))).toEqual(found);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('as .npy with the names beside it; a broken picture is a row of NaN', async () => {
    const { code } = await features([...pictures, '--format', 'npy', '-o', 'out.npy', '--quiet']);
    expect(code).toBe(1);
    const file = await openNpy(memorySource(readFileSync(join(folder, 'out.npy')), 'out.npy'));
    const [info] = file.tensors;
    expect(info).toMatchObject({ shape: [4, 64], dtype: 'float32' });
    const { data } = await file.read(info!.name);
    expect(data.slice(64, 128).every((value) => Number.isNaN(value))).toBe(true);
    const wanted = lines((await features(['grey.png', '--quiet'])).stdout)[0].features;
    expect([...data.slice(192)]).toEqual(wanted.map(Math.fround));
    expect(readFileSync(join(folder, 'out.npy.txt'), 'utf8').trim().split('\n')).toEqual(pictures);
  });
});

describe('the nearest', () => {
  it('among the pictures themselves', async () => {
    const { code, stdout } = await features([...pictures, '--nearest', '1', '--json']);
    expect(code).toBe(1);
    const found = JSON.parse(stdout);
    expect(found[0]).toEqual({ image: 'a.png', nearest: [{ image: 'a-again.png', similarity: expect.any(Number) }] });
    expect(found[0].nearest[0].similarity).toBeGreaterThan(0.9);
    expect(found[1].error.code).toBe('not-an-image');
    const text = await features([...pictures, '--nearest', '2', '--quiet']);
    expect(text.stdout).toMatch(/a\.png\n {3}[01]\.\d{3} {2}a-again\.png\n/);
  });

  it('in a file that was written before', async () => {
    await features(['a-again.png', 'broken.png', 'grey.png', '-o', 'index.jsonl', '--quiet']);
    const { code, stdout } = await features(['a.png', '--nearest', '5', '--index', 'index.jsonl', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)[0].nearest.map(({ image }: { image: string }) => image)).toEqual([
      'a-again.png',
      'grey.png',
    ]);
  });

  it('is by the angle, not the length, and not the picture itself', () => {
    const index = new NearestIndex();
    index.add('far', Float32Array.of(1, 1));
    index.add('same', Float32Array.of(10, 0));
    index.add('none', Float32Array.of(0, 0));
    index.add('against', Float32Array.of(-1, 0));
    expect(index.nearest('x', Float32Array.of(2, 0), 9).map(({ image }) => image)).toEqual([
      'same',
      'far',
      'none',
      'against',
    ]);
    expect(index.nearest('same', Float32Array.of(2, 0), 1)[0]?.image).toBe('far');
  });
});

describe('what cannot be', () => {
  writeFileSync(join(folder, 'bad.jsonl'), '{"image":"x","layer":"avgpool","features":[1,2]}\n');
  writeFileSync(join(folder, 'text.jsonl'), 'hello\n');
  it.each([
    [['a.png', '--format', 'npy'], 2, /which by -o FILE\.npy/],
    [['a.png', '--format', 'csv'], 2, /--format is one of jsonl, npy/],
    [['a.png', '--index', 'bad.jsonl'], 2, /--index is for --nearest/],
    [
      ['a.png', '--nearest', '1', '--index', 'bad.jsonl'],
      2,
      /line 1 has 2 features of avgpool; these pictures have 64/,
    ],
    [['a.png', '--nearest', '1', '--index', 'text.jsonl'], 2, /line 1 is no line of "convzoo features"/],
    [['a.png', '--nearest', '1', '--index', 'none.jsonl'], 1, /there is no such file/],
    [['a.png', '--layer', 'nowhere'], 2, /no tap or node called "nowhere"/],
    [['a.png', '--json', '-o', 'x'], 2, /leave -o and --format out/],
  ])('%j', async (args, expected, message) => {
    const { code, stdout, stderr } = await features([...args, '--quiet']);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([expected, '']);
  });
});

it('two photographs of a cat are nearest to each other by MobileNet V2', async (context) => {
  const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
  const weights = `${shared}weights/keras/mobilenet_v2_1.0_224.h5`;
  if (!existsSync(weights)) context.skip('../shared is missing');
  const args = [`${shared}images/photos`, '--model', 'mobilenet_v2', '--weights', weights, '--nearest', '1', '--json'];
  const found = JSON.parse((await features(args)).stdout);
  const nearest = new Map<string, string>(
    found.map((entry: { image: string; nearest: { image: string }[] }) => [
      basename(entry.image),
      basename(entry.nearest[0]?.image ?? ''),
    ]),
  );
  expect(nearest.get('cat.bmp')).toBe('cat_720p.jpg');
  expect(nearest.get('cat_720p.jpg')).toBe('cat.bmp');
});
