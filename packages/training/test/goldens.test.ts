import { readFileSync } from 'node:fs';
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { tensorflowBackend } from '@convzoo/backend-tfjs/tensorflow';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { dropDropout, type Graph, type Parameters } from '@convzoo/layers';
import { dialects, sourceParams } from '@convzoo/weights';
import { fillFromHash, fillInput } from '@convzoo/weights/golden';
import { buildModel } from '@convzoo/zoo';
import { afterEach, describe, expect, it } from 'vitest';
import { adam, sgd, Trainer } from '../src/index.js';

interface Sampled {
  readonly path: string;
  readonly norm: number;
  readonly at: readonly number[];
  readonly values: readonly number[];
}

interface Case {
  readonly case: string;
  readonly model: string;
  readonly args?: { readonly width_mult?: number };
  readonly input_path: string;
  readonly shape: readonly [number, number, number, number];
  readonly loss: number;
  readonly grad_total_norm: number;
  readonly grads?: readonly Sampled[];
  readonly running?: readonly Sampled[];
  readonly optimiser?: 'SGD' | 'Adam';
  readonly options: { readonly lr: number; readonly momentum: number; readonly weight_decay: number };
  readonly losses: readonly number[];
  readonly after: readonly Sampled[];
}

const file = new URL('../../../fixtures/goldens/torch-train.jsonl', import.meta.url);
const cases: readonly Case[] = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));

function networkOf(record: Case): Graph {
  const name = record.model === 'cifar_resnet20' ? 'resnet20-cifar10' : record.model;
  const width = record.args?.width_mult;
  return dropDropout(buildModel(name, { input: record.shape[2], classes: 10, ...(width !== undefined && { width }) }));
}

/** A parameter's values in torch's order, by torch's name. */
function inTorchOrder(graph: Graph, params: Parameters): Map<string, Float32Array> {
  const result = new Map<string, Float32Array>();
  for (const source of sourceParams(graph, dialects.torchvision)) {
    const tensor = params.get(source.place.spec.path);
    if (tensor !== undefined) result.set(source.name, source.layout.encode(tensor.data));
  }
  return result;
}

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

/** Largest difference of the samples and of the norm, relative to the norm or to `floor`. */
function distance(sampled: Sampled, values: Float32Array, floor: number): number {
  const scale = Math.max(sampled.norm, floor);
  const apart = sampled.at.map((i, k) => Math.abs((values[i] as number) - (sampled.values[k] as number)));
  return Math.max(Math.abs(norm(values) - sampled.norm), ...apart) / scale;
}

const backends = [
  ['tensorflow', tensorflowBackend],
  ['wasm', wasmBackend],
  ['cpu', cpuBackend],
] as const;

const trainers: Trainer[] = [];
afterEach(() => {
  for (const trainer of trainers.splice(0)) trainer.dispose();
});

describe.each(backends)('torch goldens on %s', (name, load) => {
  // Plain JavaScript takes minutes for ResNet-18; the two fast backends cover it.
  const records = cases.filter((record) => name !== 'cpu' || record.case === 'cifar_resnet20-32x32-gradients');
  it.each(records.map((record) => [record.case, record] as const))('%s', async (_, record) => {
    const backend = await load();
    const graph = networkOf(record);
    const params = fillFromHash(graph, { dialect: 'torchvision' });
    const x = fillInput(record.shape, 'NCHW', 'signed', record.input_path).data;
    const labels = Int32Array.from({ length: record.shape[0] }, (_, i) => i % 10);
    const { lr = 0, momentum = 0, weight_decay: weightDecay = 0 } = record.options ?? {};
    const optimiser = record.optimiser === 'Adam' ? adam({ weightDecay }) : sgd({ momentum, weightDecay });
    const trainer = await Trainer.create({ graph, params, backend, optimiser });
    trainers.push(trainer);
    if (record.optimiser === undefined) {
      const { loss, gradients, running } = await trainer.gradients(x, labels);
      expect(Math.abs(loss - record.loss)).toBeLessThan(1e-5 * Math.max(1, record.loss));
      const ours = inTorchOrder(graph, gradients);
      const apart = (record.grads ?? []).map((g) => distance(g, ours.get(g.path) as Float32Array, 1e-4 * record.grad_total_norm));
      apart.sort((a, b) => a - b);
      expect(apart).toHaveLength(ours.size);
      expect(apart[apart.length >> 1]).toBeLessThan(1e-4);
      expect(apart.at(-1)).toBeLessThan(3e-2);
      const statistics = inTorchOrder(graph, running);
      for (const r of record.running ?? []) expect(distance(r, statistics.get(r.path) as Float32Array, 1e-6)).toBeLessThan(1e-4);
    } else {
      for (const expected of record.losses) {
        const { loss } = trainer.trainBatch(x, labels, lr);
        expect(Math.abs(loss - expected)).toBeLessThan(record.optimiser === 'Adam' ? 2e-3 : 1e-4);
      }
    }
  });
});
