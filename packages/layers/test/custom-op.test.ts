import { describe, expect, it } from 'vitest';
import {
  Builder,
  defineOp,
  dropDeadNodes,
  float32Tensor,
  graphFromJson,
  graphToJson,
  hashGraph,
  outputOf,
  paramsOf,
  sizeOf,
  violation,
} from '../src/index.js';

/** Splits channels into halves and keeps their larger one, scaled: maxout with a learnt gain. */
const maxout = defineOp({
  name: 'maxout',
  shape({ inputs: [x], values }) {
    const pieces = values['pieces'];
    if (x === undefined || typeof pieces !== 'number') return violation('needs a map and a number of pieces');
    const channels = x.at(-1) ?? 0;
    if (channels % pieces !== 0) violation(`${channels} channels do not divide into ${pieces} pieces`);
    return [...x.slice(0, -1), channels / pieces];
  },
  macs: ({ inputs: [x] }) => sizeOf(x ?? []),
  compute([x], [gain], values) {
    const pieces = Number(values['pieces']);
    const channels = x!.shape.at(-1)! / pieces;
    const data = new Float32Array(x!.data.length / pieces).fill(Number.NEGATIVE_INFINITY);
    x!.data.forEach((value, i) => {
      const pixel = Math.floor(i / (channels * pieces));
      const channel = i % channels;
      data[pixel * channels + channel] = Math.max(data[pixel * channels + channel]!, value * gain!.data[channel]!);
    });
    return float32Tensor([...x!.shape.slice(0, -1), channels], data);
  },
});

function network(pieces: number) {
  const nn = new Builder('outside');
  const x = nn.conv2d(nn.input([4, 4, 3]), { name: 'conv', out: 6, kernel: 3 });
  const params = [{ path: 'gain', role: 'scale', shape: [6 / pieces] }] as const;
  return nn.graph(nn.scope('head', () => nn.custom(maxout, [x], { values: { pieces }, params })));
}

describe('an op from outside', () => {
  it('has its own shape rule and parameters under its path', () => {
    const graph = network(2);
    expect(outputOf(graph)).toMatchObject({ op: 'custom', path: 'head.maxout', shape: [4, 4, 3] });
    expect(paramsOf(graph).at(-1)).toEqual({ path: 'head.maxout.gain', role: 'scale', shape: [3] });
  });

  it('reports by violation, and the error names the node', () => {
    expect(() => network(4)).toThrow('head.maxout: custom: 6 channels do not divide into 4 pieces.');
  });

  it('survives JSON, where its definition is given', async () => {
    const graph = network(3);
    const json = JSON.parse(JSON.stringify(graphToJson(graph))) as unknown;
    const again = graphFromJson(json, { ops: [maxout] });
    expect(again).toEqual(graph);
    expect(await hashGraph(again)).toBe(await hashGraph(graph));
    expect(await hashGraph(network(2))).not.toBe(await hashGraph(graph));
    expect(() => graphFromJson(json)).toThrow('the custom op "maxout" is not known here; pass its definition');
  });

  it('goes through passes', () => {
    expect(dropDeadNodes(network(2))).toEqual(network(2));
  });

  it('computes on plain arrays', () => {
    const x = float32Tensor([1, 1, 1, 4], Float32Array.of(1, 5, 3, 2));
    const y = maxout.compute([x], [float32Tensor([2], Float32Array.of(1, 10))], { pieces: 2 });
    expect(y).toEqual(float32Tensor([1, 1, 1, 2], Float32Array.of(3, 50)));
  });
});
