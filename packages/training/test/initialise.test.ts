import { createHash } from 'node:crypto';
import { Builder, float32Tensor, paramsOf, replaceHead, sizeOf } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { initialise } from '../src/index.js';
import { tinyNetwork } from './support/networks.js';

const moments = (data: Float32Array): { mean: number; variance: number } => {
  const mean = data.reduce((s, v) => s + v, 0) / data.length;
  return { mean, variance: data.reduce((s, v) => s + (v - mean) ** 2, 0) / data.length };
};

describe('initialise', () => {
  it.each(['resnet18', 'mobilenet_v2'])(
    '%s: kernels have mean 0 and variance 2 / fan_in (dense 1 / fan_in)',
    (model) => {
      const graph = buildModel(model, { input: 64, classes: 10 });
      const params = initialise(graph, 3);
      for (const { path, role, shape } of paramsOf(graph)) {
        const { data } = params.get(path) ?? { data: new Float32Array() };
        expect(data).toHaveLength(sizeOf(shape));
        if (role !== 'kernel') {
          const value = role === 'scale' || role === 'variance' ? 1 : 0;
          expect(data.every((v) => v === value)).toBe(true);
          continue;
        }
        // [kh, kw, in / groups, out] and [in, out]: depthwise kernels count their own window alone.
        const fanIn = sizeOf(shape) / (shape.at(-1) as number);
        const wanted = (shape.length === 4 ? 2 : 1) / fanIn;
        const { mean, variance } = moments(data);
        // Six deviations of the sample's moments.
        expect(Math.abs(mean)).toBeLessThan(6 * Math.sqrt(wanted / data.length));
        expect(Math.abs(variance / wanted - 1)).toBeLessThan(6 * Math.sqrt(2 / data.length));
      }
    },
  );

  it('starts layer norms as the identity and layer scales at 1e-6', () => {
    const nn = new Builder('block');
    const x = nn.layerNorm(nn.input([2, 2, 3]), { name: 'norm' });
    const params = initialise(nn.graph(nn.layerScale(x, { parameter: 'gamma' })), 1);
    expect([...(params.get('norm.weight')?.data ?? [])]).toEqual([1, 1, 1]);
    expect([...(params.get('norm.bias')?.data ?? [])]).toEqual([0, 0, 0]);
    expect([...(params.get('gamma')?.data ?? [])]).toEqual([1, 1, 1].map((v) => Math.fround(v * 1e-6)));
  });

  it('depends on seed, path and shape only', () => {
    const [a, b] = [initialise(tinyNetwork(), 1), initialise(tinyNetwork(), 1)];
    expect(a).toEqual(b);
    const other = initialise(tinyNetwork(), 2);
    const wider = initialise(tinyNetwork({ classes: 5 }), 1);
    for (const { path, role } of paramsOf(tinyNetwork())) {
      if (role === 'kernel') expect(other.get(path)).not.toEqual(a.get(path));
      if (!path.startsWith('fc')) expect(wider.get(path)).toEqual(a.get(path));
    }
    expect(a.get('stem.conv.weight')?.data.slice(0, 6)).not.toEqual(a.get('block.conv.weight')?.data.slice(0, 6));
  });

  it('keeps what it is given where path and shape agree: a pretrained body, a new head', () => {
    const graph = tinyNetwork({ classes: 3 });
    const pretrained = initialise(graph, 7);
    const tuned = initialise(replaceHead(graph, 5), 1, pretrained);
    expect(tuned.get('stem.conv.weight')).toBe(pretrained.get('stem.conv.weight'));
    expect(tuned.get('fc.weight')?.shape).toEqual([6, 5]);
    // As many values, but of another shape.
    const turned = new Map([['fc.weight', float32Tensor([3, 6], new Float32Array(18))]]);
    expect(initialise(graph, 1, turned).get('fc.weight')).toEqual(initialise(graph, 1).get('fc.weight'));
  });

  it('stays what it is: cards of trained networks promise that their seed makes the same network', () => {
    const digest = createHash('sha256');
    for (const [path, { data }] of initialise(buildModel('resnet20-cifar10'), 1)) {
      digest.update(path).update(new Uint8Array(data.buffer));
    }
    expect(digest.digest('hex').slice(0, 16)).toBe('f74b120a07757166');
  });
});
