import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimNames } from '@convzoo/cost-analysis/claims';
import { graphToJson } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-cost-'));
afterAll(() => rmSync(folder, { recursive: true }));

const jsonOf = async (...args: readonly string[]) => JSON.parse((await run([...args, '--json'])).stdout);
const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

describe('cost', () => {
  it('has model, input, convention, totals and rows in its JSON, with memory and energy', async () => {
    const sheet = await jsonOf('cost', 'mobilenet_v1@0.5,160', '--batch', '4', '--dtype', 'float16');
    expect(sheet).toMatchObject({
      model: 'mobilenet_v1@0.5',
      input: [160, 160, 3],
      convention: 'convzoo',
      batch: 4,
      dtype: 'float16',
      total: { params: 1_331_592, macs: 76_524_800 },
      memory: { batch: 4, best: { exact: true } },
      energy: { isEstimate: true },
    });
    expect(sheet.total.flops).toBe(2 * sheet.total.macs);
    expect(sheet.total.activationBytes).toBe(4 * 2 * sheet.total.activations);
    expect(sheet.rows[1]).toMatchObject({ path: 'conv_stem', receptiveField: { height: { size: 3, stride: 2 } } });
  });

  it.each([
    [['--per-stage'], /^stage +layers/],
    [['--per', 'kind'], /^kind +layers/],
    [['--per-layer'], /^layer +kind/],
    [['--tree'], /^tree +kind/],
  ] as const)('has a table with %j at 80 columns and at 160', async (flags, header) => {
    for (const columns of [80, 160]) {
      const { stdout, code } = await run(['cost', 'resnet18', ...flags], { columns });
      expect(code).toBe(0);
      expect(stdout.split('\n')[2]).toMatch(header);
      for (const line of linesOf(stdout)) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('counts as thop does', async () => {
    expect((await jsonOf('cost', 'resnet50', '--convention', 'thop')).total.macs).toBe(4_133_742_592);
  });

  it('writes CSV and Markdown, and a page and a chart', async () => {
    const csv = linesOf((await run(['cost', 'resnet18', '--csv', '--per-stage'])).stdout);
    expect(csv[0]).toMatch(/^stage,layers,params,/);
    expect((await run(['cost', 'resnet18', '--markdown', '--per-stage'])).stdout).toContain('| stage | layers |');
    const [html, svg] = [join(folder, 'cost.html'), join(folder, 'cost.svg')];
    const { code } = await run(['cost', 'resnet18', '--html', html, '--svg', svg, '--per-stage']);
    expect(code).toBe(0);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*Energy \(estimate\)/i);
    expect(readFileSync(svg, 'utf8')).toMatch(/<svg[\s\S]*layer1/);
  });

  it('may overwrite in place', async () => {
    const [apart, over] = await Promise.all(
      [[], ['--in-place', 'activation,add']].map((flags) => jsonOf('cost', 'vgg11', ...flags)),
    );
    expect(over.memory.best.bytes).toBeLessThan(apart.memory.best.bytes);
  });

  it.each(['wasm', 'ort'])('measures what it predicts, layer by layer, on %s', async (backend) => {
    const args = ['cost', 'mobilenet_v1@0.25,128', '--roofline', '--backend', backend];
    const { peaks, rows, measuredSeconds, predictedSeconds, ridge } = await jsonOf(...args);
    expect(peaks.flopsPerSecond / peaks.bytesPerSecond).toBeCloseTo(ridge, 6);
    const layers = rows.filter(({ traffic }: { traffic: number }) => traffic > 0);
    expect(layers).toHaveLength(29);
    for (const { bound, predictedSeconds: predicted, measuredSeconds: measured } of layers) {
      expect(bound).toMatch(/^(compute|memory)$/);
      expect(predicted).toBeGreaterThan(0);
      expect(measured).toBeGreaterThan(0);
    }
    expect(measuredSeconds).toBeGreaterThan(predictedSeconds / 20);
    const { stdout } = await run([...args, '--per', 'kind'], { columns: 80 });
    expect(stdout).toMatch(/depthwise 3x3/);
    for (const line of linesOf(stdout)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('cost explain', () => {
  it('says in 80 columns why ResNet-50 is 3.8, 4.09 and 4.11 G', async () => {
    const { stdout } = await run(['cost', 'explain', 'resnet50']);
    expect(stdout).toMatch(/-231,211,008 {2}3 x conv 1x1 with stride 2 in place of 1/);
    expect(stdout).toMatch(/3\.80 G {2}published, cut off/);
    expect(stdout).toMatch(/\+22,227,968 {2}timm: batchNorm, 2 for each output/);
    for (const line of linesOf(stdout)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('has its own JSON, and knows what is wrong in a source', async () => {
    const { rows } = await jsonOf('cost', 'explain', 'mobilenet_v1@0.25,192');
    const wrong = rows.filter(({ row }: { row: { reproduced: boolean } }) => !row.reproduced);
    expect(wrong).toHaveLength(1);
    expect(wrong[0].derivations[0].remarks.join(' ')).toMatch(/34 M is not reproducible/);
  });
});

describe('claims', () => {
  it('prints each with derivation, numbers and source in 80 columns', async () => {
    const { stdout } = await run(['claims']);
    for (const name of claimNames) expect(stdout).toMatch(new RegExp(`^${name}$`, 'm'));
    expect(stdout).not.toContain('NOT the same');
    expect(stdout.match(/Read in/g)).toHaveLength(claimNames.length);
    for (const line of linesOf(stdout)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('prints one, and JSON', async () => {
    expect((await run(['claims', 'separable'])).stdout).toContain('0.1120876736111111');
    expect(await jsonOf('claims', 'separable')).toMatchObject({ name: 'separable', numbers: expect.any(Array) });
    expect(await jsonOf('claims')).toHaveLength(claimNames.length);
  });
});

describe('bad input of cost', () => {
  interface JsonNode {
    op: string;
    path: string;
    attributes: Record<string, unknown>;
    inputs: number[];
  }
  const broken = (name: string, change: (nodes: JsonNode[]) => void): string => {
    const graph = structuredClone(graphToJson(buildModel('resnet20-cifar10'))) as unknown as { nodes: JsonNode[] };
    change(graph.nodes);
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(graph));
    return path;
  };
  const nodeAt = (nodes: JsonNode[], path: string): JsonNode => nodes.find((node) => node.path === path)!;

  const changes = {
    'a cycle': (nodes: JsonNode[]): void => {
      nodeAt(nodes, 'layer1.0.conv1').inputs = [9];
    },
    'an unknown op': (nodes: JsonNode[]): void => {
      nodeAt(nodes, 'relu').op = 'frobnicate';
    },
    'a negative size': (nodes: JsonNode[]): void => {
      nodes[0]!.attributes['shape'] = [32, -32, 3];
    },
    'a size that is no number': (nodes: JsonNode[]): void => {
      nodes[0]!.attributes['shape'] = [32, 'x', 3];
    },
  };

  it.each([
    ['a cycle', /nodes\[4\].*node 9 does not come before/],
    ['an unknown op', /frobnicate/],
    ['a negative size', /-32/],
    ['a size that is no number', /shape/],
  ] as const)('a graph with %s: a clear error', async (name, message) => {
    const { code, stderr } = await run(['cost', broken(name.replaceAll(' ', '-'), changes[name])]);
    expect([code === 0, stderr]).toEqual([false, expect.stringMatching(message)]);
    expect(stderr).toMatch(/^convzoo: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    [['cost', 'inception_v3', '--input', '32'], /: .*(does not fit|nothing is left)/],
    [['cost', 'vgg16', '--input', '16'], /features\.\d+.*nothing is left/],
    [['cost', 'resnet18', '--dtype', 'int3'], /--dtype is one of/],
    [['cost', 'resnet18', '--batch', '0'], /batch/],
    [['cost', 'resnet18', '--in-place', 'conv'], /--in-place is one of/],
    [['cost', 'resnet18', '--roofline', '--per', 'stage'], /--per kind/],
    [['cost', 'resnet18', '--roofline', '--csv'], /--csv/],
    [['cost', 'explain', 'resnet51'], /resnet50/],
    [['cost', 'explain', './my-net.ts'], /only networks of the zoo/],
    [['claims', 'nope'], /two-3x3/],
  ] as const)('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(message);
  });
});
