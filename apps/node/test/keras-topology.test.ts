import { readFileSync } from 'node:fs';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { Builder, type Graph, graphToJson, inputOf, outputOf } from '@convzoo/layers';
import { encodeWeights, kerasTopology, WeightsError, writeTfjs } from '@convzoo/weights';
import { fillFromHash, fillInput } from '@convzoo/weights/golden';
import { buildModel, type Dialect, type Family, type ModelEntry, modelNames, models, resolveModel } from '@convzoo/zoo';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';

// What TensorFlow.js makes of the models that are written for it: judged by tfjs-layers itself.

const backend = await wasmBackend();
beforeAll(() => tf.setBackend('wasm'));

interface Golden {
  readonly framework: Dialect;
  readonly model: string;
  readonly bn_log4: Readonly<Record<string, number>>;
}

/** Scales that keep the activations of hash-filled networks in range, for those networks that have a golden record. */
const scales: ReadonlyMap<string, Golden['bn_log4']> = new Map(
  ['torch', 'timm', 'keras'].flatMap((framework) =>
    readFileSync(new URL(`../../../fixtures/goldens/${framework}-eval.jsonl`, import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Golden)
      .map(({ framework: dialect, model, bn_log4 }) => [`${resolveModel(model).name} ${dialect}`, bn_log4] as const),
  ),
);

/** Loads what `writeTfjs` wrote as a user would, apart from the fetching. */
async function loaded(files: ReadonlyMap<string, Uint8Array>) {
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files.get('model.json')));
  const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: tf.io.WeightsManifestEntry[] }) => weights);
  const shards = weightsManifest.flatMap(({ paths }: { paths: string[] }) => paths);
  const weightData = Buffer.concat(shards.map((path: string) => files.get(path) ?? new Uint8Array(0)));
  const data = weightData.buffer.slice(weightData.byteOffset, weightData.byteOffset + weightData.byteLength);
  return loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: data }));
}

/** The largest difference of the two in units of the logits' spread. */
async function difference(name: string, graph: Graph, dialect: Dialect): Promise<number> {
  // timm's networks without a record of their own have torchvision's.
  const whose = scales.has(`${name} ${dialect}`) || dialect === 'keras' ? dialect : 'torchvision';
  const params = fillFromHash(graph, { dialect: whose, log4: scales.get(`${name} ${whose}`) ?? {} });
  const model = await loaded(
    writeTfjs(encodeWeights(graph, params, { dialect: 'keras' }), { modelTopology: kerasTopology(graph) }),
  );
  const input = fillInput([2, ...inputOf(graph).shape], 'NHWC', 'signed');
  await using session = await backend.prepare(graph, params);
  const { output } = await session.run(input);
  const theirs = model.predict(tf.tensor(input.data, [...input.shape])) as tf.Tensor;
  expect(theirs.shape).toEqual([2, ...outputOf(graph).shape]);
  const values = await theirs.data();
  model.dispose();
  theirs.dispose();
  const mean = output.data.reduce((sum, x) => sum + x, 0) / output.data.length;
  const spread = Math.sqrt(output.data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / output.data.length);
  return output.data.reduce((most, x, i) => Math.max(most, Math.abs(x - (values[i] ?? Number.NaN))), 0) / spread;
}

/**
 * Fewer pixels than the 224 that a network is used with, where its strides take them and its hash-filled activations stay
 * in range: squeeze and excitation multiplies, and a network that explodes magnifies rounding.
 */
const SMALL: Readonly<Partial<Record<Family, number>>> = {
  'cifar-resnet': 32,
  lenet: 32,
  'inception-v3': 107,
  xception: 107,
  alexnet: 224,
  vgg: 224,
  googlenet: 224,
  'mobilenet-v3': 224,
  efficientnet: 224,
};

/** What TensorFlow.js has no layer for. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'efficientnet_b0 keras': /^normalization \(rescale\) .* rescales all channels alike/,
  'resnetv2_50 timm': /^stem\.pool \(maxPool\) .* its padding is not one of TensorFlow\.js/,
  'regnet_x_400mf torchvision': /^trunk_output\.block1\.block1-0\.f\.b\.0 \(conv2d\) .* no grouped convolution/,
  'regnet_x_400mf timm': /no grouped convolution/,
  'convnext_tiny keras': /^normalization \(rescale\) .* rescales all channels alike/,
  'convnext_tiny torchvision': /^features\.1\.0\.layer_scale \(layerScale\) .* no layer scale/,
};

/** One network of every family in every dialect, without those that are the same network as in the dialect before. */
const cases = [...new Set(modelNames.map((name) => models[name].family))].flatMap((family) => {
  const name = modelNames.find((candidate) => models[candidate].family === family) ?? 'vgg11';
  const entry: ModelEntry = models[name];
  const [, , channels] = entry.input;
  const input = [SMALL[family] ?? 64, SMALL[family] ?? 64, channels];
  const seen = new Set<string>();
  return entry.dialects.flatMap((dialect) => {
    // Two of 500 MB would take a quarter of a minute.
    if (family === 'vgg' && dialect !== 'torchvision') return [];
    const network = JSON.stringify(graphToJson(entry.build({ dialect, input })));
    if (seen.has(network)) return [];
    seen.add(network);
    return [{ name, dialect, input }];
  });
});

describe('every family, written for TensorFlow.js, is loaded by it and computes the same', () => {
  test.each(cases)(
    '$name of $dialect',
    async ({ name, dialect, input }) => {
      const graph = buildModel(name, { dialect, input, classes: 10 });
      const refused = REFUSED[`${name} ${dialect}`];
      if (refused === undefined) {
        expect(await difference(name, graph, dialect)).toBeLessThan(1e-4);
      } else {
        expect(() => kerasTopology(graph)).toThrow(WeightsError);
        expect(() => kerasTopology(graph)).toThrow(refused);
      }
    },
    60_000,
  );
});

describe('ops that the first of a family does not have', () => {
  const nn = new Builder('ops');
  let x = nn.input([9, 11, 4]);
  x = nn.activation(nn.conv2d(x, { out: 8, kernel: 3, padding: [1, 0, 2, 1], stride: 2, bias: true }), 'hardSigmoid');
  x = nn.avgPool(x, { size: 3, stride: 2, padding: 1, countIncludePad: true });
  x = nn.zeroPad(x, { spatial: [0, 1, 2, 0], channels: [1, 3] });
  x = nn.layerNorm(nn.leakyRelu(x, { slope: 0.1 }), { eps: 1e-6 });
  x = nn.activation(nn.dense(x, { units: 6, pointwise: true }), 'gelu');
  x = nn.concat([nn.channelShuffle(x, { groups: 3 }), nn.sliceChannels(x, { start: 1, size: 4 })]);
  x = nn.adaptiveAvgPool(nn.rescale(x, { scale: [3], offset: [-0.5] }), { size: 1 });
  const graph = nn.graph(nn.activation(nn.dense(nn.flatten(x), { units: 5 }), 'tanh'));

  test('compute the same', async () => {
    expect(await difference('ops', graph, 'torchvision')).toBeLessThan(1e-4);
  });
});
