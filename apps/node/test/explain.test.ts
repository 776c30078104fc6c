import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createImage, encode } from '@convzoo/preprocessing';
import { decodeFile } from '@convzoo/preprocessing/node';
import { afterAll, describe, expect, it } from 'vitest';
import { chosenClass } from '../src/interpretation/chosen-class.js';
import { run } from './run.js';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Wider than high, in two colours. */
const picture = join(folder, 'wide.png');
const wide = createImage(40, 60);
for (let i = 0; i < wide.data.length; i++) wide.data[i] = (i * 37) % 251;
writeFileSync(picture, await encode(wide, { format: 'png' }));

async function explain(args: readonly string[]) {
  const { code, stdout, stderr } = await run(['explain', ...args, '--json'], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const answer = JSON.parse(stdout);
  // An entry a picture; filters and layers belong to none.
  return Array.isArray(answer) && answer[0]?.image !== undefined ? answer[0] : answer;
}

describe('with the embedded network', () => {
  it('Grad-CAM at the last map, over the picture at its size', async () => {
    const answer = await explain([picture, '--out', 'cam']);
    const { stdout } = await run(['classify', picture, '--json']);
    expect(answer).toMatchObject({ method: 'grad-cam', layer: 'layer3.2.relu_1', shape: [8, 8, 64] });
    expect(answer.gradient).toBe('closed-form');
    expect(answer.class).toEqual(JSON.parse(stdout)[0].top[0]);
    expect(readdirSync(join(folder, 'cam')).sort()).toEqual([
      'wide.png.grad-cam.layer3.2.relu_1.heat.png',
      'wide.png.grad-cam.layer3.2.relu_1.overlay.png',
      'wide.png.grad-cam.layer3.2.relu_1.sheet.png',
    ]);
    const over = await decodeFile(join(folder, answer.files.overlay));
    expect([over.height, over.width]).toEqual([40, 60]);
    // The network saw the centre square: what is beside it is dimmed, and black in the heat map.
    expect(over.data[0]).toBe(Math.round(wide.data[0]! * 0.35));
    const heat = await decodeFile(join(folder, answer.files.heat));
    const column = (x: number) => [...heat.data.subarray((20 * 60 + x) * 3, (20 * 60 + x) * 3 + 3)];
    expect([column(9), column(50)]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(Math.max(...column(10), ...column(49))).toBeGreaterThan(0);
  });

  it('another layer and class, by a backward pass, the same on another backend', async () => {
    const args = [picture, '--layer', 'layer2', '--class', 'SHIP', '--out', 'other'];
    const answer = await explain(args);
    expect(answer).toMatchObject({
      gradient: 'backward',
      layer: 'layer2.2.relu_1',
      class: { index: 8, label: 'ship' },
    });
    const first = await decodeFile(join(folder, answer.files.heat));
    const again = await explain([...args, '--backend', 'wasm']);
    const second = await decodeFile(join(folder, again.files.heat));
    const off = first.data.filter((value, i) => Math.abs(value - second.data[i]!) > 3).length;
    expect(off).toBe(0);
  });

  it('occlusion', async () => {
    const args = [picture, '--method', 'occlusion', '--patch', '12', '--stride', '10', '--out', 'occlusion'];
    const answer = await explain(args);
    expect(answer).toMatchObject({ patch: 12, stride: 10, places: 9 });
    expect(answer.layer).toBeUndefined();
    expect(Object.keys(answer.files).sort()).toEqual(['heat', 'overlay', 'sheet']);
  });

  it('feature maps and filters', async () => {
    const maps = await explain([
      picture,
      '--method',
      'feature-maps',
      '--layer',
      'layer3',
      '--channels',
      '10',
      '--out',
      'm',
    ]);
    expect(maps.channels).toHaveLength(10);
    const first = await explain(['--method', 'filters', '--out', 'f']);
    expect(first).toMatchObject({
      layer: 'conv1',
      shown: 16,
      of: 16,
      files: { sheet: join('f', 'resnet20-cifar10.filters.conv1.sheet.png') },
    });
    const sheet = await decodeFile(join(folder, first.files.sheet));
    // 4 by 4 kernels of 3x3 pixels, each pixel 24 wide, with gaps of 2.
    expect([sheet.height, sheet.width]).toEqual([4 * 74 + 2, 4 * 74 + 2]);
    const deep = await explain(['--method', 'filters', '--layer', 'layer1.0.conv1', '--out', 'f']);
    expect(deep).toMatchObject({ shown: 16, inputs: 16 });
  });

  it('lists its layers', async () => {
    const layers = await explain(['--layer', 'list']);
    expect(layers.filter((each: { default: boolean }) => each.default)).toEqual([
      { layer: 'layer3.2.relu_1', op: 'activation', shape: [8, 8, 64], taps: ['layer3.2', 'layer3'], default: true },
    ]);
    const { stdout } = await run(['explain', '--layer', 'list', '--method', 'filters']);
    expect(stdout).toMatch(/^conv1 +32x32x16 +conv2d +default$/m);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says class, layer and files within 80 columns', async () => {
    const { stdout, stderr } = await run(['explain', picture, '--out', 'text', '--quiet'], { cwd: folder });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/class \d: [\d.]+ %\n {2}grad-cam at layer3\.2\.relu_1 \(.*\): gradient in closed form\n/);
    expect(stdout).toContain(join('text', 'wide.png.grad-cam.layer3.2.relu_1.overlay.png'));
  });
});

describe('what cannot be', () => {
  it.each([
    [[], 2, /grad-cam needs a picture/],
    [['PICTURE', '--method', 'magic'], 2, /--method is one of grad-cam, occlusion, feature-maps, filters/],
    [['PICTURE', '--layer', 'fc'], 2, /no layer with height and width called "fc".*--layer list/],
    [['PICTURE', '--class', 'unicorn'], 2, /no class called "unicorn"/],
    [['PICTURE', '--class', '10'], 2, /10 classes, 0 to 9; got 10/],
    [['PICTURE', '--patch', '3'], 2, /for --method occlusion/],
    [['PICTURE', '--method', 'occlusion', '--patch', '33'], 2, /A patch of 33 does not fit/],
    [['PICTURE', '--method', 'occlusion', '--layer', 'layer1'], 2, /leave --layer out/],
    [['--method', 'filters', '--class', 'cat'], 2, /Filters belong to no class/],
  ])('%j', async (args, expected, message) => {
    const given = args.map((arg) => (arg === 'PICTURE' ? picture : arg));
    const { code, stdout, stderr } = await run(['explain', ...given, '--quiet'], { cwd: folder });
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).not.toMatch(/ at .*\.js/);
  });
});

describe('several pictures', { timeout: 120_000 }, () => {
  const other = join(folder, 'another');
  mkdirSync(other);
  writeFileSync(join(other, 'wide.png'), readFileSync(picture));

  it('are explained one after the other, and one that cannot be read in its place', async () => {
    const args = ['explain', picture, 'missing.jpg', other, '--out', 'several'];
    const { code, stdout, stderr } = await run([...args, '--jsonl'], { cwd: folder });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Network: .*\nBackend: /)]);
    expect(answers.map(({ image, error }) => [image, error?.code])).toEqual([
      [picture, undefined],
      ['missing.jpg', 'no-such-file'],
      [join(other, 'wide.png'), undefined],
    ]);
    // Two are called wide.png: neither is written over.
    expect(readdirSync(join(folder, 'several'))).toHaveLength(6);
    expect(answers[0].class).toEqual(answers[2].class);
    const text = await run([...args, '--method', 'occlusion', '--patch', '16', '--quiet'], { cwd: folder });
    expect([text.code, text.stdout]).toEqual([1, expect.stringMatching(/missing\.jpg\n {2}.*no such file/)]);
    const array = JSON.parse((await run([...args, '--method', 'feature-maps', '--json'], { cwd: folder })).stdout);
    expect(array.map(({ image }: { image: string }) => image)).toEqual(answers.map(({ image }) => image));
  });

  it('can be one on standard input', async () => {
    const stdin = readFileSync(picture);
    const { code, stdout } = await run(['explain', '-', '--json', '--out', 'piped'], { cwd: folder, stdin });
    const [answer] = JSON.parse(stdout);
    expect([code, answer.image, answer.files.sheet]).toEqual([0, '-', expect.stringMatching(/piped.stdin\.grad-cam/)]);
  });
});

describe('the class', () => {
  const probabilities = Float64Array.of(0.1, 0.6, 0.3);
  it.each([
    [undefined, 1],
    ['2', 2],
    ['CRANE', 0],
    ['crane bird', 2],
    ['bird', 2],
  ])('%s is number %i', (wanted, index) => {
    expect(chosenClass(probabilities, ['crane', 'dog', 'crane bird'], wanted).index).toBe(index);
  });

  it('of several meanings is asked back', () => {
    expect(() => chosenClass(probabilities, ['red cat', 'cat flap', 'dog'], 'cat')).toThrow(
      /0 \(red cat\), 1 \(cat flap\)/,
    );
  });
});

describe('MobileNet V2 with Keras’s weights', () => {
  const shared = at('../shared/');
  const weights = `${shared}weights/keras/mobilenet_v2_1.0_224.h5`;
  const model = ['--model', 'mobilenet_v2', '--weights', weights];
  const cat = `${shared}images/photos/cat_720p.jpg`;

  it('is told by the cat: Grad-CAM and occlusion have their centre on it', async (context) => {
    if (!existsSync(weights)) context.skip('../shared is missing');
    const answer = await explain([cat, ...model, '--out', 'cat']);
    expect(answer.class.label).toMatch(/cat/i);
    const heat = await decodeFile(join(folder, answer.files.heat));
    // The share of the green channel, which rises with viridis, in the box of the cat's head and breast.
    const { height, width, data } = heat;
    let [inside, insidePixels, all, pixels] = [0, 0, 0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = data[(y * width + x) * 3 + 1]!;
        if (value === 0) continue;
        all += value;
        pixels++;
        if (x < 0.4 * width || x > 0.66 * width || y < 0.13 * height || y > 0.7 * height) continue;
        inside += value;
        insidePixels++;
      }
    }
    expect(inside / insidePixels).toBeGreaterThan(1.05 * (all / pixels));
  });

  it('Grad-CAM at a layer in the middle', async (context) => {
    if (!existsSync(weights)) context.skip('../shared is missing');
    const answer = await explain([cat, ...model, '--layer', 'features.14', '--class', 'Egyptian cat', '--out', 'cat']);
    expect(answer).toMatchObject({ gradient: 'backward', layer: 'features.14.conv.3', class: { index: 285 } });
  }, 60_000);
});
