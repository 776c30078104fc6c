import { type Float32Tensor, float32Tensor, type Graph, paramsOf, sizeOf } from '@convzoo/layers';
import { type Dialect, type Family, type ModelEntry, modelNames, models } from '@convzoo/zoo';
import { describe, expect, test } from 'vitest';
import {
  bindWeights,
  encodeWeights,
  folderSource,
  type NamedTensor,
  openWeights,
  sameParameters,
  type WeightFile,
  type WritableFormat,
  writableFormats,
  writeNpz,
  writeSafetensors,
  writeTfjs,
} from '../src/index.js';
import { generator } from './support.js';

/** Fewest pixels that a family's strides and windows leave something of; others take 32. */
const PIXELS: Readonly<Partial<Record<Family, number>>> = {
  alexnet: 64,
  googlenet: 64,
  'inception-v3': 107,
  xception: 107,
};

/** The smallest network of a family: fewest parameters for one class. */
function smallest(family: Family): string {
  const sizes = modelNames
    .filter((name) => models[name].family === family)
    .map((name) => {
      const graph = (models[name] as ModelEntry).build({ classes: 1 });
      return { name, size: paramsOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0) };
    });
  return sizes.reduce((a, b) => (b.size < a.size ? b : a)).name;
}

const networks = [...new Set(modelNames.map((name) => models[name].family))].flatMap((family) => {
  const name = family === 'vgg' ? 'vgg16' : smallest(family);
  const entry: ModelEntry = models[name as keyof typeof models];
  const width = entry.anyWidth ? 0.25 : undefined;
  // The VGGs of torch have half a gigabyte at any resolution; bind.test.ts has a small one of the same layers.
  const variants = family === 'vgg' ? (['keras'] as const) : entry.dialects;
  const pixels = PIXELS[family] ?? 32;
  const input = [pixels, pixels, entry.input[2]];
  return variants.map((variant) => ({
    name,
    variant,
    graph: entry.build({ dialect: variant, input, width, classes: 3 }),
  }));
});

/** Every pattern of 32 bits may come: NaNs with payloads, infinities, subnormals and -0 among them. */
function anyBits(graph: Graph, seed: number): Map<string, Float32Tensor> {
  const random = generator(seed);
  const pool = Uint32Array.from({ length: 65_537 }, () => random() * 2 ** 32);
  return new Map(
    paramsOf(graph).map(({ path, shape }) => {
      const bits = new Uint32Array(sizeOf(shape));
      const start = Math.floor(random() * pool.length);
      for (let i = 0; i < bits.length; i++) bits[i] = pool[(start + i) % pool.length] as number;
      bits.set([0x7fa00001, 0xffc12345, 0x80000000, 0x7f800000, 1].slice(0, bits.length));
      return [path, float32Tensor(shape, new Float32Array(bits.buffer))];
    }),
  );
}

const write: Readonly<Record<WritableFormat, (tensors: readonly NamedTensor[]) => Promise<WeightFile>>> = {
  safetensors: (tensors) => openWeights(writeSafetensors(tensors)),
  npz: (tensors) => openWeights(writeNpz(tensors)),
  tfjs: (tensors) => openWeights(folderSource(writeTfjs(tensors, { shardBytes: 1_000_003 }), 'model.json')),
};

const DIALECTS: readonly Dialect[] = ['torchvision', 'timm', 'keras'];

describe('what is written is read back with the same bits, whatever they are', () => {
  test.each(networks)(
    "$name in $variant's variant",
    async ({ graph }) => {
      const params = anyBits(graph, graph.nodes.length);
      // Everything in everything for small networks; for large ones each dialect in one format.
      const isLarge = paramsOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0) > 3e6;
      for (const [i, dialect] of DIALECTS.entries()) {
        const tensors = encodeWeights(graph, params, { dialect });
        for (const format of isLarge ? writableFormats.slice(i, i + 1) : writableFormats) {
          const file = await write[format](tensors);
          expect(file.tensors.map(({ name }) => name).sort()).toEqual(tensors.map(({ name }) => name).sort());
          const { params: bound, report } = await bindWeights(graph, file);
          expect(sameParameters(bound, params), `${format}, ${dialect}`).toBe(true);
          expect(report.converted).toEqual([]);
          await file.close();
        }
      }
    },
    60_000,
  );
});
