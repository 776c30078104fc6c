import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Builder, float32Tensor, optimiseForInference } from '@convzoo/layers';
import { measureLayers, measurePeaks } from '@convzoo/runtime';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { layerTimes } from '../src/layer-times.js';
import { ortBackend } from '../src/node.js';

const backend = await ortBackend({ threads: 1 });

describe('time per layer of onnxruntime', () => {
  it.each([
    // Norms that become convolutions, swish that is fused, a bias and Gelu in one, slices that become a split.
    'resnet18@64',
    'densenet121@64',
    'efficientnet_b0@64',
    'convnext_tiny@64',
    'shufflenet_v2_x1_0@64',
  ])('is of every convolution and dense layer of %s, in order', { timeout: 120_000 }, async (model) => {
    const graph = buildModel(model);
    await using session = await backend.prepare(graph, filledParameters(graph), { profile: true });
    const times = await session.profile!(filled([2, 64, 64, 3], 1));
    const plan = optimiseForInference({ ...graph, taps: {} }).graph.nodes;
    const order = plan.map(({ path }) => path);
    expect(times.map(({ path }) => order.indexOf(path))).toEqual(
      times.map(({ path }) => order.indexOf(path)).toSorted((a, b) => a - b),
    );
    const timed = new Set(times.map(({ path }) => path));
    const heavy = plan.filter(({ op }) => op === 'conv2d' || op === 'dense');
    expect(heavy.map(({ path }) => path).filter((path) => !timed.has(path))).toEqual([]);
    expect(times.every(({ seconds }) => seconds > 0)).toBe(true);
  });

  it('grows with the work of a layer', async () => {
    const nn = new Builder('two');
    const x = nn.conv2d(nn.input([96, 96, 32]), { name: 'small', out: 32, kernel: 1 });
    const graph = nn.graph(nn.conv2d(x, { name: 'large', out: 256, kernel: 3 }));
    await using session = await backend.prepare(graph, filledParameters(graph), { profile: true });
    const times = new Map((await measureLayers(session, filled([1, 96, 96, 32], 1))).map((time) => [time.path, time]));
    // 72 times the multiply-accumulates.
    expect(times.get('large')!.seconds).toBeGreaterThan(5 * times.get('small')!.seconds);
  });

  it('leaves no file behind, and the session as it was', async () => {
    const files = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('convzoo-ort-'));
    const before = files();
    const graph = buildModel('resnet20-cifar10');
    await using session = await backend.prepare(graph, filledParameters(graph), { profile: true });
    const input = filled([1, 32, 32, 3], 3);
    const { output } = await session.run(input);
    await session.profile!(input);
    expect(files()).toEqual(before);
    expect((await session.run(input)).output).toEqual(output);
    await expect(session.profile!(filled([1, 16, 16, 3], 1))).rejects.toMatchObject({ code: 'wrong-input-shape' });
    await session.dispose();
    await expect(session.profile!(input)).rejects.toMatchObject({ code: 'session-disposed' });
  });

  it('is enough for the peaks of the roofline', { timeout: 60_000 }, async () => {
    const peaks = await measurePeaks(backend, { runs: 1 });
    expect(peaks.flopsPerSecond).toBeGreaterThan(1e8);
    expect(peaks.bytesPerSecond).toBeGreaterThan(1e7);
  });
});

describe('kernels as times of layers', () => {
  const kernel = (name: string, op: string, seconds: number) => ({ name, op, seconds });

  it('are found by the name that they begin with, and conversions count with the layer after them', () => {
    const written = new Set(['input/Transpose', 'a/Conv', 'a/ConvTranspose', 'b/Gemm', 'b/Relu', 'c/Mul']);
    const kernels = [
      kernel('input/Transpose', 'Transpose', 1),
      kernel('a/Conv_nchwc', 'Conv', 2),
      kernel('ReorderOutput_token_7', 'ReorderOutput', 4),
      kernel('c/Mul/QuickGeluFusion/', 'QuickGelu', 8),
      kernel('BiasGelu_token_0', 'BiasGelu', 16),
      kernel('fused b/Gemm', 'FusedGemm', 32),
      kernel('ReorderOutput', 'ReorderOutput', 64),
    ];
    expect(layerTimes(kernels, ['input', 'a', 'b', 'c'], written)).toEqual([
      { path: 'a', seconds: 3 },
      { path: 'b', seconds: 96 },
      { path: 'c', seconds: 28 },
    ]);
  });

  it('are not taken for those of a longer name', () => {
    expect(layerTimes([kernel('a/ConvTranspose', '', 1)], ['x', 'a', 'b'], new Set(['a/Conv', 'b/Add']))).toEqual([
      { path: 'b', seconds: 1 },
    ]);
  });
});

describe('weights that are given away', () => {
  it('are freed when they are written, and not before all that shares them is', async () => {
    const graph = buildModel('resnet20-cifar10');
    const own = new Map(
      [...filledParameters(graph)].map(([path, { shape, data }]) => [path, float32Tensor(shape, data.slice())]),
    );
    const input = filled([1, 32, 32, 3], 3);
    await using kept = await backend.prepare(graph, own);
    const { output } = await kept.run(input);
    await using session = await backend.prepare(graph, own, { consume: true });
    expect((await session.run(input)).output).toEqual(output);
    expect(own.get('conv1.weight')!.data.length).toBe(0);
  });
});
