import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Builder, depthwiseSeparable, type Graph, invertedResidual, paramsOf, residual, sizeOf } from '../src/index.js';

const names = (conv: string, norm: string) => ({ conv, norm });
const macs = (graph: Graph): number =>
  graph.nodes.reduce((sum, node) => {
    const kernel = node.params.find((param) => param.role === 'kernel');
    return kernel === undefined ? sum : sum + sizeOf(node.shape) * sizeOf(kernel.shape.slice(0, -1));
  }, 0);
const ops = (graph: Graph): string[] => graph.nodes.map((node) => node.op);

describe('depthwiseSeparable', () => {
  it('costs 1/N + 1/D^2 of the full convolution (Howard et al. 2017, section 3.1)', () => {
    const size = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(size, size, fc.constantFrom(1, 3, 5), size, (inputs, out, kernel, extent) => {
        const nn = new Builder('t');
        const parts = { depthwise: names('dw', 'bn1'), pointwise: names('pw', 'bn2') };
        const options = { out, kernel, stride: 1, activation: 'relu6', names: parts } as const;
        const graph = nn.graph(depthwiseSeparable(nn, nn.input([extent, extent, inputs]), options));
        const full = extent * extent * inputs * out * kernel * kernel;
        expect(macs(graph) / full).toBeCloseTo(1 / out + 1 / kernel ** 2, 10);
      }),
    );
  });
});

describe('invertedResidual', () => {
  const block = (inputs: number, out: number, stride: number, expand: number): Graph => {
    const nn = new Builder('t');
    const parts = { expand: names('e', 'be'), depthwise: names('d', 'bd'), project: names('p', 'bp') };
    const options = { out, stride, expand, kernel: 3, activation: 'relu6', names: parts } as const;
    return nn.graph(invertedResidual(nn, nn.input([8, 8, inputs]), options));
  };

  it("costs h w d t (d + k^2 + d') at stride 1 (Sandler et al. 2018, section 3.3)", () => {
    expect(macs(block(24, 32, 1, 6))).toBe(8 * 8 * 24 * 6 * (24 + 9 + 32));
  });

  it('adds its input where shapes agree, and nowhere else; the projection is linear', () => {
    expect(ops(block(16, 16, 1, 6)).at(-1)).toBe('add');
    expect(ops(block(16, 24, 1, 6)).at(-1)).toBe('batchNorm');
    expect(ops(block(16, 16, 2, 6)).at(-1)).toBe('batchNorm');
  });

  it('has no expansion at 1', () => {
    const paths = paramsOf(block(16, 16, 1, 1))
      .filter((param) => param.role === 'kernel')
      .map((param) => param.path);
    expect(paths).toEqual(['d.weight', 'p.weight']);
  });
});

describe('residual', () => {
  it('has the identity by default, the branch before the shortcut', () => {
    const nn = new Builder('t');
    const graph = nn.graph(
      residual(nn, nn.input([4, 4, 2]), {
        branch: (x) => nn.conv2d(x, { name: 'branch', out: 2, kernel: 3 }),
        shortcut: (x) => nn.conv2d(x, { name: 'shortcut', out: 2, kernel: 1 }),
        activation: 'relu',
      }),
    );
    expect(graph.nodes.map((node) => node.path)).toEqual(['input', 'branch', 'shortcut', 'add', 'relu']);
    const plain = new Builder('t');
    const sum = plain.graph(residual(plain, plain.input([4]), { branch: (x) => plain.activation(x, 'relu') }));
    expect(sum.nodes.at(-1)).toMatchObject({ op: 'add', inputs: [1, 0] });
  });
});
