import { Builder, float32Tensor, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { prepareNetwork } from '@convzoo/runtime';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { error, filled, filledParameters, refOf } from '../../backend-tfjs/test/support/arrays.js';
import { referenceRun } from '../../backend-tfjs/test/support/reference/ops.js';
import { engineBackend, measureEngine, planOf } from '../src/index.js';
import { compile } from '../src/plan/compile.js';
import { layOut } from '../src/plan/lay-out.js';
import { EngineMemory, ImaginedMemory } from '../src/plan/memory.js';
import { methodsOf } from '../src/plan/method.js';
import { portionsOf } from '../src/plan/portions.js';

const arithmetic = { instructions: 'simd', rows: 4, vectors: 2, unroll: 1 } as const;

/** 3x3 at stride 1, once wide and once deep, odd sizes. */
function twoSizes() {
  const nn = new Builder('two sizes');
  const wide = nn.conv2d(nn.input([11, 13, 17]), { name: 'wide', out: 20, kernel: 3, padding: 'same' });
  const deep = nn.conv2d(nn.maxPool(wide, { size: 2 }), { name: 'deep', out: 33, kernel: 3, padding: 'same' });
  return nn.graph(deep);
}

describe('the budget of Winograd', () => {
  const [wide, deep] = [4 * 17 * 20, 4 * 20 * 33];

  it.each([
    [27 * (wide + deep), ['winograd4', 'winograd4']],
    [27 * wide, ['winograd4', 'winograd4Late']],
    [27 * deep, ['winograd4', 'winograd4Late']],
    [0, ['winograd4Late', 'winograd4Late']],
  ])('of %i bytes gives %j, with the same results', async (winogradBudget, methods) => {
    const graph = twoSizes();
    expect([...methodsOf(graph, winogradBudget).values()]).toEqual(methods);
    const params = filledParameters(graph, 3);
    const input = filled([2, ...graph.nodes[0]!.shape], 5);
    const refs = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
    const expected = referenceRun(graph, refOf(input), refs)[graph.output]!.data;
    await using backend = await engineBackend({ winogradBudget });
    await using session = await backend.prepare(graph, params);
    expect(error((await session.run(input)).output.data, expected)).toBeLessThan(5e-5);
  });
});

describe('the portions of a batch', () => {
  const portions = (taps: readonly string[], batch: number) => {
    const graph = buildModel('resnet18');
    const params: Parameters = new Map(
      paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)))]),
    );
    const network = prepareNetwork(graph, params, { taps });
    const program = compile(network.graph, network.params, new ImaginedMemory(), arithmetic);
    return { ...portionsOf(program, batch), nodes: program.compiled.map(({ result }) => result) };
  };

  it('are one example of large maps, and all of maps of 7x7', () => {
    const { batch, front, rest, nodes } = portions([], 8);
    expect([batch, front]).toEqual([8, 1]);
    const sides = nodes.map(({ shape }) => (shape.length === 3 ? shape[0]! : 1));
    expect(Math.min(...sides.slice(0, rest))).toBeGreaterThan(8);
    expect(Math.max(...sides.slice(rest))).toBe(7);
  });

  it('are of fewer examples where much is kept of each', () => {
    const [few, many] = [portions([], 64), portions(Object.keys(buildModel('resnet18').taps), 64)];
    expect(few.batch).toBeGreaterThan(many.batch);
    expect(many.batch).toBeLessThanOrEqual(2);
  });
});

describe('planOf', () => {
  it.each(['mobilenet_v2', 'densenet121', 'shufflenet_v2_x0_5'])('is the plan that %s is run by', (name) => {
    const graph = buildModel(name, { input: 64 });
    const params: Parameters = new Map(
      paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(1))]),
    );
    const network = prepareNetwork({ ...graph, taps: {} }, params);
    const memory = new EngineMemory(new WebAssembly.Memory({ initial: 1, maximum: 65_535 }));
    const program = compile(network.graph, network.params, memory, arithmetic);
    const plan = layOut(program, portionsOf(program, 3), 2, memory);
    const report = planOf(graph, { batch: 3, threads: 2, arithmetic });
    expect(report.weightBytes).toBe(memory.constantsEnd);
    expect(report.weightBytes + report.arenaBytes).toBe(plan.bytes);
    expect(report.layers.reduce((sum, { steps }) => sum + steps, 0)).toBe(plan.steps.length);
    expect(report.layers.map(({ path }) => path)).toEqual(program.compiled.map(({ result }) => result.path));
  });

  it('needs no memory for what it plans', () => {
    const before = process.memoryUsage().rss;
    expect(planOf(buildModel('vgg16')).weightBytes).toBeGreaterThan(553e6);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

it('measures a rate for every kernel that multiplies in these networks', async () => {
  await using backend = await engineBackend();
  const measured = new Set(Object.keys((await measureEngine(backend)).macsPerSecond));
  for (const name of [
    'mobilenet_v1',
    'resnet18',
    'resnet50',
    'vgg16',
    'efficientnet_b0',
    'convnext_tiny',
    'densenet121',
  ]) {
    const kernels = planOf(buildModel(name))
      .layers.filter(({ macs }) => macs > 0)
      .map(({ kernel }) => kernel);
    expect(
      [...new Set(kernels)].filter((kernel) => !measured.has(kernel)),
      name,
    ).toEqual([]);
  }
});
