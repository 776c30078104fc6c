import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelNames } from '@convzoo/zoo';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, describe, expect, it } from 'vitest';
import type { ComparedNetwork } from '../src/comparison/compare.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));
const example = fileURLToPath(new URL('../../../examples/my-net.ts', import.meta.url));

async function compared(...args: readonly string[]): Promise<readonly ComparedNetwork[]> {
  const { code, stdout } = await run(['compare', ...args, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('compare', () => {
  it("has torchvision's counts and its default weights' accuracies, and marks the Pareto front", async () => {
    const [resnet18, mobilenet, vgg16] = await compared('resnet18', 'mobilenet_v2', 'vgg16');
    // torchvision's documentation of the weights.
    expect([resnet18!.params, resnet18!.accuracy]).toMatchObject([
      11_689_512,
      { top1: 69.758, top5: 89.078, source: 'torchvision/resnet18.imagenet1k_v1' },
    ]);
    expect([mobilenet!.params, mobilenet!.accuracy!.top1]).toEqual([3_504_872, 72.154]);
    expect([vgg16!.params, vgg16!.accuracy!.top1]).toEqual([138_357_544, 71.592]);
    expect([resnet18!.front, mobilenet!.front, vgg16!.front]).toEqual([false, true, false]);
    for (const { memory, weightBytes } of [resnet18!, mobilenet!, vgg16!]) expect(memory).toBeGreaterThan(weightBytes);
  });

  it('takes an accuracy only at its own resolution', async () => {
    const [full, small] = await compared('resnet18', 'resnet18@128');
    expect(full!.accuracy?.top1).toBe(69.758);
    expect(small!.accuracy).toBeNull();
    expect(small!.accuracies).toEqual(full!.accuracies);
  });

  it('has every network of the zoo with --all, sorted as asked, within two seconds or so', async () => {
    const all = await compared('--all', '--sort', 'macs');
    expect(all.map(({ model }) => model).sort()).toEqual([...modelNames].sort());
    const macs = all.map((network) => network.macs);
    expect(macs).toEqual(macs.toSorted((a, b) => a - b));
    // The front is what nothing beats.
    for (const { front, accuracy, macs: own } of all) {
      if (accuracy === null) continue;
      const beaten = all.some(
        (other) =>
          other.accuracy !== null &&
          other.macs <= own &&
          other.accuracy.top1 >= accuracy.top1 &&
          (other.macs < own || other.accuracy.top1 > accuracy.top1),
      );
      if (front) expect(beaten).toBe(false);
    }
    expect(all.filter(({ front }) => front).length).toBeGreaterThan(5);
  });

  it.each([80, 160])('fits a terminal of %i columns and names the source', async (columns) => {
    const { stdout } = await run(['compare', 'resnet18', 'keras/mobilenet_v2', example], { columns });
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines[2]).toMatch(/^resnet18 .*11\.69 M +1\.81 G.* 69\.76 +torchvision/);
    expect(lines[3]).toMatch(/keras/);
    expect(lines).toHaveLength(5);
  });

  it('writes CSV and Markdown with exact numbers', async () => {
    const csv = (await run(['compare', 'vgg16', '--csv'])).stdout.trimEnd().split('\n');
    expect(csv).toHaveLength(2);
    expect(csv[1]).toMatch(/^vgg16,vgg,224x224x3,138357544,15470264320,/);
    const markdown = (await run(['compare', 'vgg16', '--markdown'])).stdout.trimEnd().split('\n');
    expect(markdown[1]).toMatch(/^\| --- \|/);
    expect(markdown[2]).toMatch(/\| 138357544 \| 15470264320 \|/);
  });

  it('writes a chart and a page', async () => {
    const [svg, html] = [join(folder, 'chart.svg'), join(folder, 'page.html')];
    const { code } = await run(['compare', 'resnet18', 'vgg16', '--svg', svg, '--against', 'params', '--html', html]);
    expect(code).toBe(0);
    const chart = readFileSync(svg, 'utf8');
    expect(XMLValidator.validate(chart)).toBe(true);
    expect(chart).toContain('Accuracy against parameters');
    const page = readFileSync(html, 'utf8');
    expect(page.match(/<svg /g)).toHaveLength(3);
    // Of its own: nothing is loaded.
    expect(page).not.toMatch(/<script|<link|src=|@import|url\(http/);
  });

  it.each([
    [['compare'], /--all/],
    [['compare', 'resnet51'], /resnet50/],
    [['compare', 'resnet18', '--sort', 'size'], /--sort is one of/],
    [['compare', 'resnet18', '--against', 'time'], /--against is one of macs, params, memory; got "time"/],
    [['compare', example, '--svg', join(folder, 'none.svg')], /nothing to draw/],
  ] as const)('%j is told in one line', async (args, message) => {
    const { code, stdout, stderr } = await run([...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
