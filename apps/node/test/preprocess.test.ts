import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImage, encode, type Image } from '@convzoo/preprocessing';
import { decodeFile } from '@convzoo/preprocessing/node';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const fixtures = fileURLToPath(new URL('../../../fixtures/preprocessing/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-preprocess-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Stage {
  name: string;
  size: [number, number];
  channels: number;
  dtype: string;
  sha256: string;
  parameters?: Record<string, unknown>;
  picture?: string;
}
interface Answer {
  file: string;
  stages?: Stage[];
  error?: { code: string; message: string };
}

function records<T>(name: string): T[] {
  const lines = readFileSync(join(fixtures, name), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

async function json(args: readonly string[]): Promise<{ code: number; answers: Answer[] }> {
  const { code, stdout, stderr } = await run(['preprocess', ...args, '--json']);
  expect(stderr).toBe('');
  return { code, answers: JSON.parse(stdout) };
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('the golden picture files', () => {
  interface Golden {
    file: string;
    expect: 'pixels' | 'error' | 'either';
    size: [number, number];
    sha256: string;
    sha256_high_byte?: string;
    transposed?: { size: [number, number]; sha256: string };
  }
  const goldens = [...records<Golden>('images.jsonl')];
  const files = goldens.map(({ file }) => join(fixtures, file));

  it('each has Pillow’s pixels after orientation, or its error in its place', async () => {
    const { code, answers } = await json(files);
    expect(code).toBe(1);
    expect(answers.map(({ file }) => file)).toEqual(files);
    for (const [i, golden] of goldens.entries()) {
      const answer = answers[i] as Answer;
      if (golden.expect === 'pixels') {
        const { size, sha256: hash } = golden.transposed ?? golden;
        const expected = { name: 'decode', size, sha256: golden.sha256_high_byte ?? hash, channels: 3, dtype: 'uint8' };
        expect(answer.stages, golden.file).toEqual([expected]);
      } else {
        expect(Object.keys(answer), golden.file).toEqual(['file', 'error']);
        expect(answer.error?.code).toMatch(/^[a-z-]+$/);
        expect(answer.error?.message).not.toBe('');
      }
    }
  });

  it('as stored with --no-orient', async () => {
    const turned = goldens.filter(({ transposed }) => transposed);
    expect(turned.length).toBeGreaterThan(7);
    const { code, answers } = await json([...turned.map(({ file }) => join(fixtures, file)), '--no-orient']);
    expect(code).toBe(0);
    expect(answers.map(({ stages }) => stages?.[0]?.sha256)).toEqual(turned.map((golden) => golden.sha256));
  });

  it('a folder and a pattern are the pictures in them', async () => {
    const { answers } = await json([join(fixtures, 'images')]);
    expect(answers.map(({ file }) => basename(file))).toEqual(readdirSync(join(fixtures, 'images')).sort());
    const gifs = await json([join(fixtures, 'images/*.gif')]);
    expect(gifs.code).toBe(0);
    expect(gifs.answers).toHaveLength(4);
  });
});

/** The CRC-32 of "image". */
const CRC_OF_IMAGE = 0xc53d045f;

/** The pictures of the goldens (goldens/README.md, section 4). */
function synthetic(kind: string, height: number, width: number): Image {
  const image = createImage(height, width);
  const triangle = (t: number, period: number): number => {
    const m = t % (2 * period);
    return Math.floor(((m < period ? m : 2 * period - m) * 255) / period);
  };
  for (let i = 0; i < image.data.length; i++) {
    let h = (CRC_OF_IMAGE + Math.imul(i, 0x9e3779b1)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    const blue = triangle(Math.floor((x * x) / 64) + 5 * y, 143);
    const inverted = (Math.floor(x / 16) + Math.floor(y / 16)) % 5 === 0;
    const smooth = [triangle(3 * x + y, 97), triangle(2 * y + 40, 61), inverted ? 255 - blue : blue][i % 3] as number;
    image.data[i] = kind === 'hash' ? (h ^ (h >>> 16)) >>> 24 : smooth;
  }
  return image;
}

describe('with a preset', () => {
  it('every stage of torchvision’s pipeline: 256, 224, mean and std', async () => {
    interface Pipeline {
      image: string;
      source: [number, number];
      resize: number;
      crop: number;
      filter: string;
      resized: [number, number];
      sha256: string;
    }
    const goldens = records<Pipeline>('torchvision-pipelines.jsonl').filter(
      (row) => row.resize === 256 && row.crop === 224 && row.filter === 'BILINEAR' && /^(hash|smooth)$/.test(row.image),
    );
    expect(goldens.length).toBeGreaterThan(3);
    const files: string[] = [];
    for (const [i, { image, source }] of goldens.entries()) {
      const path = join(folder, `${i}.png`);
      writeFileSync(path, await encode(synthetic(image, ...source), { format: 'png', level: 1 }));
      files.push(path);
    }
    const { code, answers } = await json([...files, '--preset', 'imagenet-torch', '--explain']);
    expect(code).toBe(0);
    for (const [i, { source, resized, sha256: hash }] of goldens.entries()) {
      const stages = answers[i]?.stages as Stage[];
      expect(stages.map(({ name }) => name)).toEqual(['decode', 'resize', 'center-crop', 'normalise']);
      expect(stages.map(({ size }) => size)).toEqual([source, resized, [224, 224], [224, 224]]);
      expect(stages[2]?.sha256).toBe(hash);
      expect(stages[1]?.parameters).toEqual({ mode: 'shorter-side', size: 256, filter: 'bilinear' });
      expect(stages[3]).toMatchObject({ dtype: 'float32', parameters: { mean: [0.485, 0.456, 0.406] } });
    }
  });

  it('writes a picture of every stage', async () => {
    const file = join(fixtures, 'images/jpeg-exif6.jpg');
    const { answers } = await json([file, '--preset', 'cifar10', '--save-stages', join(folder, 'stages')]);
    const stages = answers[0]?.stages as Stage[];
    expect(stages.map(({ name }) => name)).toEqual(['decode', 'center-square', 'resize', 'normalise']);
    for (const { picture, size, sha256: hash, dtype } of stages) {
      const image = await decodeFile(picture as string);
      expect([image.height, image.width]).toEqual(size);
      if (dtype === 'uint8') expect(sha256(image.data)).toBe(hash);
    }
    expect(readdirSync(join(folder, 'stages'))).toHaveLength(4);
  });

  it('files of one name do not overwrite each other’s pictures', async () => {
    const twice = [join(fixtures, 'images/gif-plain.gif'), join(folder, 'gif-plain.gif')];
    writeFileSync(twice[1] as string, readFileSync(join(fixtures, 'images/png-grey1.png')));
    const { answers } = await json([...twice, '--save-stages', join(folder, 'same')]);
    expect(answers.map(({ stages }) => basename(stages?.[0]?.picture ?? ''))).toEqual([
      'gif-plain.gif.1-decode.png',
      'gif-plain.gif~2.1-decode.png',
    ]);
    expect(readdirSync(join(folder, 'same'))).toHaveLength(2);
  });
});

describe('for people', () => {
  const file = join(fixtures, 'images/jpeg-420.jpg');

  it('fits 80 columns, and shows whole hashes where there is room', async () => {
    const args = ['preprocess', 'images/jpeg-420.jpg', 'images/broken-text.png', '--preset', 'imagenet-torch'];
    const narrow = await run([...args, '--explain'], { cwd: fixtures });
    expect(narrow.code).toBe(1);
    for (const line of narrow.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(narrow.stdout).toMatch(/not a picture/);
    expect(narrow.stdout).toMatch(/mean \[0\.485,0\.456,0\.406\]/);
    const wide = await run(args, { cwd: fixtures, columns: 160 });
    expect(wide.stdout).toMatch(/decode .* 47x61x3 .* [0-9a-f]{64}\n/);
    expect(wide.stdout).not.toMatch(/mean/);
  });

  it('wrong use is said', async () => {
    for (const [args, message] of [
      [[], /missing required argument 'pictures'/],
      [[file, '--preset', 'imagenet'], /--preset is one of imagenet-torch/],
      [[file, '--max-pixels', '0'], /whole number of at least 1/],
      [[join(folder, '*.tiff')], /No picture was found/],
    ] as const) {
      const { code, stderr } = await run(['preprocess', ...args]);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
    const { code, answers } = await json([file, '--max-pixels', '100', join(folder, 'gone.png')]);
    expect(code).toBe(1);
    expect(answers.map(({ error }) => error?.code)).toEqual(['image-too-large', 'no-such-file']);
  });
});
