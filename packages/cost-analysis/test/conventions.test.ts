import { Builder } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { analyse, type ConventionName, conventionNames, conventions } from '../src/index.js';
import { smallResNet } from './graphs.js';

const total = (convention: ConventionName) => analyse(smallResNet(), { convention }).total;

/** By hand, for the small network: convolutions and the classifier. */
const CONV = 27_648 + 9216 + 4608;
const DENSE = 80;
/** Outputs of its two norms. */
const NORM = 16 * 16 * 4 + 8 * 8 * 4;

describe('conventions', () => {
  it.each([
    ['convzoo', CONV + DENSE],
    ['torchvision', CONV + DENSE],
    ['paper', CONV + DENSE],
    ['tf-slim', CONV + DENSE],
    ['keras', CONV + DENSE],
    ['conv-only', CONV],
    // Twice the norms, and the 4x4x8 inputs of the global pool.
    ['fvcore', CONV + DENSE + 2 * NORM + 128],
    ['timm', CONV + DENSE + 2 * NORM + 128],
    ['mxop', CONV + DENSE + NORM - 10],
  ] as const)('%s counts %i MACs', (convention, macs) => {
    expect(total(convention).macs).toBe(macs);
  });

  it('osmr counts half of its FLOPs, term by term', () => {
    const convolutions = 2 * CONV - 4 * 4 - 4 * 8;
    const activations = 16 * 16 * 4 + 8 * 8 * 4 + 4 * 4 * 8;
    const pools = 4 * (8 * 8 * 4) + 4 * (4 * 4 * 4) + 4 * 4 * 8;
    expect(total('osmr').flops).toBe(convolutions + 2 * DENSE + 4 * NORM + activations + pools);
  });

  it('knows the ops of later networks, each convention in its way', () => {
    const nn = new Builder('later');
    let x = nn.layerNorm(nn.input([4, 4, 6]));
    x = nn.dense(x, { units: 8, pointwise: true, bias: false });
    x = nn.activation(nn.layerScale(nn.activation(x, 'gelu'), { parameter: 'gamma' }), 'swish');
    x = nn.channelShuffle(nn.leakyRelu(nn.activation(x, 'sigmoid'), { slope: 0.1 }), { groups: 2 });
    const graph = nn.graph(nn.multiply(x, nn.globalAvgPool(x)));
    const [dense, values] = [16 * 6 * 8, 16 * 8];
    const macs = (convention: ConventionName) => analyse(graph, { convention }).total.macs;
    expect(macs('torchvision')).toBe(dense);
    expect(macs('timm')).toBe(dense + 5 * 96 + values);
    expect(macs('mxop')).toBe(dense - values);
    // Without a bias one addition fewer for each output of the dense layer; GELU 5, swish 5, sigmoid 4, leaky 2, shuffle 1.
    expect(2 * macs('osmr')).toBe(2 * dense - values + (5 + 5 + 4 + 2 + 1 + 1) * values);
  });

  it.each([
    ['convzoo', 650],
    ['keras', 650 + 16],
    ['mxop', 650 + 16],
    // 108, 144, 288 and 80: kernels without biases and norms.
    ['tf-slim', 620],
  ] as const)('%s counts %i parameters', (convention, params) => {
    expect(total(convention)).toMatchObject({ params, buffers: 16, weightBytes: 4 * 666 });
  });

  it('timm counts the outputs of convolutions and dense layers as activations', () => {
    expect(total('timm').activations).toBe(16 * 16 * 4 + 8 * 8 * 4 + 4 * 4 * 8 + 10);
  });

  it.each(conventionNames)('%s says what it counts and where that is defined', (name) => {
    const { counts, source } = conventions[name];
    expect(counts).toMatch(/^[A-Z].*\.$/s);
    expect(source).not.toBe('');
  });
});
