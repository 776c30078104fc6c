// What is written is read as weights again: our own files, and those of torch's two exporters.
import { readFileSync } from 'node:fs';
import { Builder, type Float32Tensor, float32Tensor, type Graph, type Value } from '@convzoo/layers';
import { difference } from '@convzoo/runtime';
import { bindWeights, openWeights } from '@convzoo/weights';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { smallest } from '../../backend-tfjs/test/support/families.js';
import { toOnnx } from '../src/index.js';
import { ortBackend } from '../src/node.js';

const backend = await ortBackend({ threads: 1 });

describe('weights of a network that was written', () => {
  const { vgg: _, alexnet: __, ...small } = smallest;
  it.each([...Object.values(small), 'resnext50_32x4d@32'])('%s: the same bits', { timeout: 60_000 }, async (spec) => {
    const graph = buildModel(spec);
    const params = filledParameters(graph);
    const { bytes } = toOnnx(graph, params, { optimise: false });
    const bound = await bindWeights(graph, await openWeights(bytes));
    expect([...bound.params.keys()]).toEqual([...params.keys()]);
    // Compared as bytes: millions of numbers one by one take minutes.
    const bytesOf = ({ data }: Float32Tensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    for (const [path, tensor] of bound.params)
      expect(bytesOf(tensor).equals(bytesOf(params.get(path)!)), path).toBe(true);
  });

  it.each(['resnet18@64', 'mobilenet_v2@0.35,64', 'densenet121@64'])('%s, folded: the same answers', async (spec) => {
    const graph = buildModel(spec);
    const params = filledParameters(graph);
    const file = await openWeights(toOnnx(graph, params).bytes);
    const { params: bound, report } = await bindWeights(graph, file);
    expect(report.notes.join()).toMatch(/BatchNorms of \d+ layers folded/);
    const [a, b] = await Promise.all(
      [params, bound].map(async (each) => {
        await using session = await backend.prepare(graph, each);
        return (await session.run(filled([1, 64, 64, 3], 3))).output.data;
      }),
    );
    expect(difference(a!, b!).relative).toBeLessThan(1e-4);
  });
});

describe('a model of torch', () => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
  const record = JSON.parse(new TextDecoder().decode(read('tiny.json'))) as { input: number[]; output: number[] };

  /** fixtures/make_torch_exports.py has the same. */
  function tiny(): Graph {
    const nn = new Builder('tiny');
    const norm = (x: Value, name: string, eps = 1e-5): Value => nn.batchNorm(x, { name, eps });
    const block = (x: Value, path: string): Value => {
      const depthwise = nn.conv2d(x, { name: `${path}.conv.0.0`, out: 6, kernel: 3, groups: 6 });
      const y = nn.activation(norm(depthwise, `${path}.conv.0.1`), 'relu6');
      const pointwise = nn.conv2d(y, { name: `${path}.conv.1`, out: 6, kernel: 1 });
      return nn.add(x, norm(pointwise, `${path}.conv.2`, 1e-3));
    };
    const stem = nn.conv2d(nn.input([8, 8, 3]), { name: 'conv1', out: 6, kernel: 3, stride: 2, padding: 1 });
    const x = block(block(nn.activation(norm(stem, 'bn1'), 'relu'), 'blocks.0'), 'blocks.1');
    const hidden = nn.activation(nn.dense(nn.flatten(x), { name: 'hidden', units: 8 }), 'relu');
    return nn.graph(nn.dense(hidden, { name: 'fc', units: 5 }));
  }

  it.each([
    ['plain', 'every parameter under its name'],
    ['folded', 'BatchNorm folded, tensors numbered'],
    ['dynamo', 'BatchNorm folded by the newer exporter'],
  ])('tiny-%s.onnx: %s', async (name) => {
    const { params } = await bindWeights(tiny(), await openWeights(read(`tiny-${name}.onnx`)), { finite: true });
    await using session = await backend.prepare(tiny(), params);
    const { output } = await session.run(float32Tensor([2, 8, 8, 3], Float32Array.from(record.input)));
    expect(difference(output.data, record.output).relative).toBeLessThan(1e-5);
  });
});
