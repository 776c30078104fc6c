/** What cost-analysis counts against what tfjs executes: multiply-accumulates of kernels, and bytes at the worst moment. */
import { analyse, inferenceMemory } from '@convzoo/cost-analysis';
import { type Graph, isDepthwise, optimiseForInference, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convGeometry, type TfjsBackend } from '../src/index.js';
import { groupsTogether } from '../src/kernels/grouped.js';
import { wasmBackend } from '../src/wasm.js';
import { filled } from './support/arrays.js';

type Inputs = Readonly<Record<string, { readonly shape: readonly number[] }>>;
type Attributes = Readonly<Record<string, unknown>>;

/** Multiply-accumulates of one call, from the shapes that the kernel is given and gives. */
const kernels: Readonly<Record<string, (inputs: Inputs, output: readonly number[], attributes: Attributes) => number>> =
  {
    Conv2D: convolution,
    FusedConv2D: convolution,
    DepthwiseConv2dNative: depthwise,
    FusedDepthwiseConv2D: depthwise,
    BatchMatMul: product,
    _FusedMatMul: product,
  };

/** `[kh, kw, in, out]`: each output is a sum over kernel and input channels. */
function convolution({ filter }: Inputs, output: readonly number[]): number {
  return sizeOf(output) * sizeOf(filter!.shape.slice(0, 3));
}

/** `[kh, kw, channels, multiplier]`: each output is a sum over the kernel. */
function depthwise({ filter }: Inputs, output: readonly number[]): number {
  return sizeOf(output) * sizeOf(filter!.shape.slice(0, 2));
}

function product({ a }: Inputs, output: readonly number[], { transposeA }: Attributes): number {
  return sizeOf(output) * (a!.shape.at(transposeA === true ? -2 : -1) ?? 0);
}

let executed = 0;

/** Puts a counter before each kernel of the backend. */
function countKernels(backendName: string): void {
  for (const [kernelName, macs] of Object.entries(kernels)) {
    const config = tf.getKernel(kernelName, backendName);
    if (config === undefined) continue;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (call) => {
        const result = config.kernelFunc(call);
        const [output] = Array.isArray(result) ? result : [result];
        executed += macs(call.inputs as unknown as Inputs, output!.shape, (call.attrs ?? {}) as Attributes);
        return result;
      },
    });
  }
}

let wasm: TfjsBackend;
beforeAll(async () => {
  wasm = await wasmBackend();
  countKernels('wasm');
});
afterAll(() => tf.removeBackend('wasm'));

const zeros = (graph: Graph): Parameters =>
  new Map(
    paramsOf(graph).map(({ path, shape }) => [
      path,
      { shape, dtype: 'float32', data: new Float32Array(sizeOf(shape)) },
    ]),
  );

async function executedMacs(graph: Graph): Promise<number> {
  await using session = await wasm.prepare(graph, zeros(graph));
  executed = 0;
  await session.run(filled([1, ...graph.nodes[0]!.shape], 1));
  return executed;
}

/** Adaptive pools run as products with averaging matrices, over rows and then over columns: no MACs of the network. */
function averagingProducts(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => {
    const [height = 0, width = 0, channels = 0] = graph.nodes[node.inputs[0] ?? -1]?.shape ?? [];
    if (node.op !== 'adaptiveAvgPool') return sum;
    const [rows, columns] = node.attributes.size;
    if (rows === height && columns === width) return sum;
    return sum + channels * width * rows * (height + columns);
  }, 0);
}

describe('multiply-accumulates of the kernels that tfjs runs', () => {
  it.each([
    ['resnet50', 96],
    ['resnet34_a', 64],
    ['resnet20-cifar10', 32],
    ['seresnet18', 64],
    ['resnetv2_50', 64],
    ['mobilenet_v1', 128],
    ['mobilenet_v1@0.25', 97],
    ['mobilenet_v2', 96],
    ['mobilenet_v3_small', 96],
    ['mnasnet1_0', 64],
    ['efficientnet_b0', 64],
    ['shufflenet_v2_x1_0', 64],
    ['ghostnet', 64],
    ['squeezenet1_1', 96],
    ['googlenet', 96],
    ['inception_v3', 139],
    ['xception', 96],
    ['densenet121', 64],
    ['convnext_tiny', 64],
  ] as const)('are those of the graph: %s at %i', async (name, input) => {
    const graph = buildModel(name, { input });
    expect(await executedMacs(graph)).toBe(analyse(graph).total.macs + averagingProducts(graph));
  });

  it('are more for grouped convolutions, which tfjs lacks: several groups run together, with zeros between', async () => {
    const graph = buildModel('resnext50_32x4d', { input: 64 });
    const { rows, total } = analyse(graph);
    const zeroProducts = graph.nodes.reduce((sum, node, id) => {
      if (node.op !== 'conv2d' || node.attributes.groups === 1 || isDepthwise(node, graph)) return sum;
      return sum + (rows[id]?.macs ?? 0) * (groupsTogether(convGeometry(graph, node)) - 1);
    }, 0);
    expect(zeroProducts).toBeGreaterThan(0);
    expect(await executedMacs(graph)).toBe(total.macs + zeroProducts);
  });
});

/** tfjs's own number: the most bytes that its tensors had at the end of any kernel, weights and input included. */
async function tfjsPeak(graph: Graph): Promise<number> {
  await using session = await wasm.prepare(graph, zeros(graph));
  const input = filled([1, ...graph.nodes[0]!.shape], 1);
  // Its type has a synchronous function only; it awaits what that returns.
  return (await tf.profile(() => session.run(input) as never)).peakBytes;
}

function ownPeak(graph: Graph): number {
  const memory = inferenceMemory(optimiseForInference(graph).graph);
  return memory.weightBytes + memory.given.bytes;
}

describe('bytes at the worst moment', () => {
  it.each(['resnet50', 'mobilenet_v1', 'mobilenet_v2', 'googlenet', 'densenet121'] as const)(
    'of tfjs are ours within 5 %%: %s',
    async (name) => {
      const graph = buildModel(name);
      const ratio = (await tfjsPeak(graph)) / ownPeak(graph);
      // More, never less: it holds the input to the end, and sums before their ReLU.
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThan(1.05);
    },
  );

  it('of tfjs count a view again as if it had bytes of its own: the first dense kernel of VGG-11, 411 MB', async () => {
    const graph = buildModel('vgg11');
    const view = 4 * 25_088 * 4096;
    const ratio = ((await tfjsPeak(graph)) - view) / ownPeak(graph);
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.05);
  });
});
