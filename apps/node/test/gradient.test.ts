import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { defaultMapLayer, gradCam, headGradient } from '@convzoo/interpret';
import { Builder, float32Tensor, type Graph, type Parameters, paramsOf, sizeOf, type Value } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { gradientBy } from '../src/interpretation/gradient.js';
import { loadNetwork } from '../src/network/load.js';

const backend = await cpuBackend();
const CLASSES = 3;

/** Numbers between -1 and 1 that depend on nothing but the seed. */
function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
}

function weightsFor(graph: Graph): Parameters {
  return new Map(
    paramsOf(graph).map(({ path, role, shape }) => {
      // By its path, so that a part of a network has the weights of the whole.
      const seed = [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
      const data = noise(sizeOf(shape), seed);
      return [
        path,
        float32Tensor(
          shape,
          role === 'variance' ? data.map((v) => 1 + v / 2) : data.map((v) => v / (path === 'fc.weight' ? 0.1 : 2)),
        ),
      ];
    }),
  );
}

/** Smooth, so that a difference quotient is near the derivative: norms, depthwise, a shortcut, dropout, two dense layers. */
function tail(nn: Builder, layer: Value): Value {
  let x = nn.batchNorm(layer, { name: 'norm' });
  x = nn.activation(x, 'swish', { name: 'swish' });
  const branch = nn.conv2d(x, { name: 'depthwise', out: 4, kernel: 3, stride: 1, groups: 4 });
  x = nn.add(nn.batchNorm(branch, { name: 'norm2' }), x, { name: 'sum' });
  x = nn.avgPool(x, { name: 'pool', size: 2, stride: 2 });
  x = nn.dropout(nn.flatten(x), { name: 'drop', rate: 0.5 });
  x = nn.activation(nn.dense(x, { name: 'hidden', units: 6 }), 'tanh', { name: 'tanh' });
  return nn.dense(x, { name: 'fc', units: CLASSES });
}

function whole(): Graph {
  const nn = new Builder('whole');
  return nn.graph(
    tail(nn, nn.conv2d(nn.input([6, 4, 3]), { name: 'layer', out: 4, kernel: 3, stride: 1, bias: true })),
  );
}

function after(): Graph {
  const nn = new Builder('after');
  return nn.graph(tail(nn, nn.input([6, 4, 4])));
}

describe('the gradient of a logit by a layer', () => {
  it('is the numeric derivative, place by place', async () => {
    const graph = whole();
    const params = weightsFor(graph);
    const input = float32Tensor([1, 6, 4, 3], noise(72, 1));
    const gradientOf = gradientBy(async () => backend, graph, params, input);
    await using first = await backend.prepare(graph, params, { taps: ['layer'] });
    const map = (await first.run(input)).taps['layer']!.data;
    const rest = after();
    await using second = await backend.prepare(rest, weightsFor(rest));
    const logits = async (data: Float32Array) => (await second.run(float32Tensor([1, 6, 4, 4], data))).output.data;
    const step = 1e-2;
    for (let classIndex = 0; classIndex < CLASSES; classIndex++) {
      const gradient = await gradientOf('layer', classIndex);
      expect(gradient.shape).toEqual([6, 4, 4]);
      expect(Math.max(...gradient.data.map(Math.abs))).toBeGreaterThan(5e-2);
      for (let at = 0; at < map.length; at += 5) {
        const [up, down] = [map.slice(), map.slice()];
        up[at]! += step;
        down[at]! -= step;
        const slope = ((await logits(up))[classIndex]! - (await logits(down))[classIndex]!) / (2 * step);
        expect(Math.abs(gradient.data[at]! - slope)).toBeLessThan(1e-4);
      }
    }
  });

  it('follows a shortcut around the layer: its sum over a channel is the slope of the layer’s bias', async () => {
    const nn = new Builder('shortcut');
    const x = nn.conv2d(nn.input([5, 5, 3]), { name: 'stem', out: 4, kernel: 3, stride: 1 });
    const layer = nn.conv2d(x, { name: 'layer', out: 4, kernel: 3, stride: 1, bias: true });
    const sum = nn.activation(nn.add(layer, x), 'gelu', { name: 'gelu' });
    const y = nn.conv2d(nn.multiply(sum, layer), { name: 'next', out: 5, kernel: 3, stride: 2 });
    const graph = nn.graph(nn.dense(nn.globalAvgPool(nn.activation(y, 'swish')), { name: 'fc', units: CLASSES }));
    const params = weightsFor(graph);
    const input = float32Tensor([1, 5, 5, 3], noise(75, 2));
    const gradient = await gradientBy(async () => backend, graph, params, input)('layer', 1);
    const logit = async (channel: number, change: number): Promise<number> => {
      const bias = params.get('layer.bias')!;
      const data = bias.data.slice();
      data[channel]! += change;
      const changed = new Map([...params, ['layer.bias', float32Tensor(bias.shape, data)] as const]);
      await using session = await backend.prepare(graph, changed);
      return (await session.run(input)).output.data[1]!;
    };
    for (let channel = 0; channel < 4; channel++) {
      const slope = ((await logit(channel, 1e-2)) - (await logit(channel, -1e-2))) / 2e-2;
      const all = gradient.data.reduce((total, value, i) => (i % 4 === channel ? total + value : total), 0);
      expect(Math.abs(all - slope)).toBeLessThan(1e-4 * Math.max(1, Math.abs(slope)));
    }
  });

  it('is the closed form at the last map of a trained network, and so is its Grad-CAM', async () => {
    const { graph, params } = await loadNetwork('resnet20-cifar10', {});
    const layer = defaultMapLayer(graph).path;
    const input = float32Tensor([1, 32, 32, 3], noise(3072, 4));
    const gradientOf = gradientBy(async () => backend, graph, params, input);
    const closed = headGradient(graph, params, layer, 5)!;
    const backward = await gradientOf(layer, 5);
    closed.data.forEach((value, i) => {
      if (Math.abs(value - backward.data[i]!) > 1e-6) throw new Error(`${i}: ${value} and ${backward.data[i]}`);
    });
    await using session = await backend.prepare(graph, params, { taps: [layer] });
    const options = { session, input, graph, params, layer, classIndex: 5, gradientOf };
    expect((await gradCam(options)).gradient).toBe('closed-form');
  });
});
