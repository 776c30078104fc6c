import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Float32Tensor, float32Tensor } from '@convzoo/layers';
import { presets } from '@convzoo/preprocessing';
import type { Session } from '@convzoo/runtime';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluate, type FailedPicture, type JudgedPicture } from '../src/evaluation/evaluate.js';
import type { LabelledSet } from '../src/evaluation/labelled-set.js';
import { Tally, wilsonInterval } from '../src/evaluation/tally.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What scikit-learn, SciPy and NumPy say; fixtures/evaluation/generate.py made it. */
interface Reference {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly number[];
  readonly logits8: readonly (readonly number[])[];
  readonly top1: number;
  readonly top5: number;
  readonly interval1: readonly number[];
  readonly interval5: readonly number[];
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
  readonly support: readonly number[];
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number };
  readonly confusion: readonly (readonly number[])[];
  readonly ece: number;
  readonly mce: number;
  readonly binPictures: readonly number[];
  readonly binAccuracy: readonly number[];
  readonly binConfidence: readonly number[];
  readonly confidence: number;
  readonly logLoss: number;
  readonly brier: number;
}

const { cases } = JSON.parse(
  readFileSync(new URL('../../../fixtures/evaluation/scores.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Reference[] };

/** Pictures that carry their number in their first pixel, and a network that answers by it. */
function setOf(labels: readonly number[]): LabelledSet {
  return {
    size: labels.length,
    name: String,
    label: (index) => labels[index] ?? -1,
    image: async (index) => ({ width: 32, height: 32, channels: 3, data: new Uint8Array(3072).fill(index) }),
  };
}

function networkOf(answers: readonly (readonly number[])[]): Session {
  const answer = async ({ data, shape }: Float32Tensor) => {
    const pixels = data.length / (shape[0] ?? 1);
    const rows = Array.from({ length: shape[0] ?? 0 }, (_, i) => answers[Math.round(data[i * pixels] ?? 0)] ?? []);
    return { output: float32Tensor([rows.length, rows[0]?.length ?? 0], Float32Array.from(rows.flat())), taps: {} };
  };
  return { run: answer } as unknown as Session;
}

const close = (values: readonly number[], expected: readonly number[]): void => {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 10);
};

describe('evaluate', () => {
  it.each(cases.map((each) => [each.name, each] as const))(
    '%s: equals scikit-learn, SciPy and NumPy',
    async (_, known) => {
      const answers = known.logits8.map((row) => row.map((value) => value / 8));
      const { classes } = known;
      const result = await evaluate(setOf(known.labels), networkOf(answers), presets['cifar10-raw'], {
        batch: 7,
        classes,
      });
      expect([result.of, result.top1, result.top5]).toEqual([known.labels.length, known.top1, known.top5]);
      close(wilsonInterval(result.top1, result.of), known.interval1);
      close(wilsonInterval(result.top5, result.of), known.interval5);
      for (const field of ['precision', 'recall', 'f1'] as const) {
        close(
          result.classes.map((each) => each[field]),
          known[field],
        );
        expect(result.macro[field]).toBeCloseTo(known.macro[field], 10);
      }
      expect(result.classes.map(({ pictures }) => pictures)).toEqual(known.support);
      const matrix = known.confusion.map((row) => row.map(() => 0));
      for (const { index, predicted, pictures } of result.confusion) (matrix[index] ?? [])[predicted] = pictures;
      expect(matrix).toEqual(known.confusion);
      const { ece, mce, bins, confidence, logLoss, brier } = result.calibration;
      close(
        [ece, mce, confidence, logLoss, brier],
        [known.ece, known.mce, known.confidence, known.logLoss, known.brier],
      );
      const filled = bins.filter(({ pictures }) => pictures > 0);
      expect(filled.map(({ pictures }) => pictures)).toEqual(known.binPictures);
      close(
        filled.map(({ accuracy }) => accuracy),
        known.binAccuracy,
      );
      close(
        filled.map((bin) => bin.confidence),
        known.binConfidence,
      );
    },
  );

  it('counts a single output as yes or no', async () => {
    const result = await evaluate(setOf([0, 1, 1]), networkOf([[-2], [3], [-1]]), presets['cifar10-raw'], {
      batch: 2,
      classes: 2,
    });
    expect([result.top1, result.confusion]).toEqual([
      2,
      [
        { index: 0, predicted: 0, pictures: 1 },
        { index: 1, predicted: 0, pictures: 1 },
        { index: 1, predicted: 1, pictures: 1 },
      ],
    ]);
  });

  it('counts answers that are no numbers as failed, and reports every picture in order', async () => {
    const seen: (JudgedPicture | FailedPicture)[] = [];
    const result = await evaluate(
      setOf([0, 1, 0]),
      networkOf([
        [2, 1],
        [Number.NaN, 1],
        [0, 1],
      ]),
      presets['cifar10-raw'],
      {
        batch: 3,
        classes: 2,
        onPicture: (picture) => void seen.push(picture),
      },
    );
    expect([result.of, result.top1, result.failed]).toEqual([
      2,
      1,
      [expect.objectContaining({ index: 1, code: 'not-finite' })],
    ]);
    expect(seen.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('keeps counts only: a million answers of a thousand classes take little memory', () => {
    const tally = new Tally(1000);
    const probabilities = new Float64Array(1000).fill(1e-3);
    for (let i = 0; i < 2000; i++) tally.add(i % 1000, i % 3, (i * 7) % 1000, probabilities);
    const { of, confusion } = tally.scores();
    expect([of, confusion.length]).toEqual([2000, 1000]);
  });
});

describe('convzoo evaluate', { timeout: 120_000 }, () => {
  const images = fileURLToPath(new URL('../../../fixtures/preprocessing/images/', import.meta.url));
  const data = join(folder, 'classes');
  for (const [name, file] of [
    ['cat', 'bmp-rgb24.bmp'],
    ['cat', 'bmp-grey8.bmp'],
    ['dog', 'bmp-grey8.bmp'],
    ['ship', 'broken-text.png'],
  ] as const) {
    mkdirSync(join(data, name), { recursive: true });
    writeFileSync(join(data, name, file), readFileSync(images + file));
  }

  it('has everything in --json, and the same in charts and on a page', async () => {
    const [svg, html] = [join(folder, 'out/chart.svg'), join(folder, 'out/page.html')];
    const { code, stdout } = await run(['evaluate', data, '--json', '--svg', svg, '--html', html]);
    const result = JSON.parse(stdout);
    expect([code, result.pictures, result.failed.length]).toEqual([1, 3, 1]);
    expect(result.failed[0].image).toContain('broken-text.png');
    const sum = (rows: readonly { readonly pictures: number }[]): number =>
      rows.reduce((total, { pictures }) => total + pictures, 0);
    expect([sum(result.classes), sum(result.confusion), sum(result.calibration.bins)]).toEqual([3, 3, 3]);
    expect(result.top5.interval95).toEqual([...wilsonInterval(result.top5.right, 3)]);
    for (const file of [svg, join(folder, 'out/chart.confusion.svg')])
      expect(XMLValidator.validate(readFileSync(file, 'utf8'))).toBe(true);
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('<h2>Reliability</h2>');
    expect(page).toContain(`<td class="text">${result.classes[0].label}</td>`);
  });

  it('answers every picture on a line, in order, with --jsonl', async () => {
    const { code, stdout, stderr } = await run(['evaluate', data, '--jsonl']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, lines.map(({ index }) => index)]).toEqual([1, [0, 1, 2, 3]]);
    expect(lines[0]).toEqual({
      index: 0,
      image: expect.stringMatching(/bmp-/),
      ...{ label: 3, predicted: expect.any(Number), probability: expect.any(Number), place: expect.any(Number) },
    });
    expect(lines[3].error.code).toBe('not-an-image');
    expect(stderr).toMatch(/top-1 \d of 3/);
    const both = await run(['evaluate', data, '--jsonl', '--json']);
    expect(both.code).toBe(2);
  });

  it('says of how many classes the means are, and which of them had no pictures', async () => {
    const [json, text] = await Promise.all([run(['evaluate', data, '--json']), run(['evaluate', data])]);
    const { classes } = JSON.parse(json.stdout) as { classes: readonly { pictures: number }[] };
    const without = classes.filter(({ pictures }) => pictures === 0).length;
    expect(without).toBeGreaterThan(0);
    expect(text.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `mean of ${classes.length} classes (${without} that were only predicted have a recall of 0): recall`,
    );
  });

  it.each([40, 80, 160])('fits %d columns', async (columns) => {
    const { stdout } = await run(['evaluate', data, '--confusion', '--calibration'], { columns });
    expect(stdout).toMatch(/top-1/);
    expect(stdout).toMatch(/cat/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
  });

  it('shows the worst of many classes, and all of them where they are asked for', async ({ skip }) => {
    const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
    skip(!existsSync(join(shared, 'weights')), '../shared is missing');
    const args = ['evaluate', join(shared, 'images/imagenet-compatible'), '--model', 'mobilenet_v2', '--weights'];
    const ran = await run([...args, join(shared, 'weights/keras/mobilenet_v2_1.0_224.h5'), '--backend', 'engine']);
    expect(ran.stdout.replaceAll(/\s+/g, ' ')).toMatch(/the 10 least often right of 88, --per-class shows all/);
    expect(ran.stdout).toMatch(/most often wrong +pictures/);
  });
});
