import { Builder, defineOp, type Graph } from '@convzoo/layers';
import { type ModelEntry, modelNames, models } from '@convzoo/zoo';
import { describe, expect, test } from 'vitest';
import { dialects, kerasTopology, sourceParams, WeightsError } from '../src/index.js';
import { codeOf } from './support.js';

// apps/node/test/keras-topology.test.ts has TensorFlow.js itself load and run them; here no tensor library is known.

interface Layer {
  readonly class_name: string;
  readonly name: string;
  readonly config: { readonly name: string };
  readonly inbound_nodes: readonly (readonly (readonly [string, ...unknown[]])[])[];
}
const layersOf = (graph: Graph): readonly Layer[] =>
  (kerasTopology(graph) as { model_config: { config: { layers: Layer[] } } }).model_config.config.layers;

/** What is said of networks that TensorFlow.js has no layers for. */
const REASONS = /grouped convolution|layer scale|rescales all channels alike|its padding is not one of TensorFlow\.js/;

describe('every network of the zoo', () => {
  test('has a layer for each weight, by its name, and every layer comes after its inputs', () => {
    const refused: string[] = [];
    for (const name of modelNames) {
      const entry: ModelEntry = models[name];
      for (const dialect of entry.dialects) {
        const graph = entry.build({ dialect });
        try {
          const layers = layersOf(graph);
          const names = layers.map((layer) => layer.name);
          expect(new Set(names).size, name).toBe(names.length);
          expect(layers.map(({ config }) => config.name)).toEqual(names);
          const modules = new Set(sourceParams(graph, dialects.keras).map(({ module }) => module));
          expect([...modules].filter((module) => !names.includes(module))).toEqual([]);
          const before = new Set<string>();
          for (const { name: own, inbound_nodes } of layers) {
            for (const [input] of inbound_nodes.flat()) expect(before.has(input), `${own} after ${input}`).toBe(true);
            before.add(own);
          }
        } catch (error) {
          if (!(error instanceof WeightsError)) throw error;
          expect(error.message).toMatch(REASONS);
          refused.push(`${name} ${dialect}`);
        }
      }
    }
    const families = new Set(refused.map((name) => models[name.split(' ')[0] as keyof typeof models].family));
    expect([...families].sort()).toEqual(['convnext', 'efficientnet', 'regnet', 'resnet', 'resnet-v2']);
    expect(refused.filter((name) => /^resnet\d|^wide|^plain/.test(name))).toEqual([]);
  });
});

describe('what has no layer', () => {
  test("an op of one's own", async () => {
    const mine = defineOp({
      name: 'mine',
      shape: ({ inputs }) => inputs[0] ?? [],
      macs: () => 0,
      compute: ([x]) => x!,
    });
    const nn = new Builder('own');
    const graph = nn.graph(nn.custom(mine, [nn.input([2, 2, 1])]));
    expect(await codeOf(() => kerasTopology(graph))).toBe('no-architecture');
  });
});
