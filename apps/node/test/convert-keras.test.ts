import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { fillInput } from '@convzoo/weights/golden';
import { openWeightsFile } from '@convzoo/weights/node';
import { afterAll, describe, expect, it } from 'vitest';
import { openModel } from '../src/network/model.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-convert-keras-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = fileURLToPath(new URL('../../../fixtures/keras-import/files/', import.meta.url));

/** What Keras itself answered, which is what a converted file has to give. */
interface Known {
  readonly files: readonly string[];
  readonly input: { readonly shape: readonly number[]; readonly kind: 'signed' | 'byte' };
  readonly values: readonly number[];
}

const known = (JSON.parse(readFileSync(join(files, 'files.json'), 'utf8')) as readonly Known[]).flatMap((entry) =>
  entry.files.map((file) => [file, entry] as const),
);

const backend = await cpuBackend();

async function answers(model: string, weights: string, { input }: Known): Promise<readonly number[]> {
  const { graph, bind } = await openModel(model);
  const file = await openWeightsFile(weights);
  const { params } = await bind(file).finally(() => file.close());
  await using session = await backend.prepare(graph, params);
  const { output } = await session.run(fillInput(input.shape, 'NHWC', input.kind));
  return [...output.data];
}

/** Files keep logits; what Keras answered is after the softmax in some of them. */
function softmax(values: readonly number[], classes: number): readonly number[] {
  return values.map((_, i) => {
    const row = values.slice(i - (i % classes), i - (i % classes) + classes);
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return Math.exp(row[i % classes] ?? 0) / sum;
  });
}

describe('convert --model with a model of Keras', () => {
  it.each(known)('%s: the converted weights give what Keras answered', async (file, entry) => {
    const model = join(files, file);
    const into = join(folder, file.replaceAll('/', '-'));
    mkdirSync(into);
    const classes = entry.values.length / (entry.input.shape[0] ?? 1);
    const sums = entry.values.slice(0, classes).reduce((total, value) => total + value, 0);
    const outputs = [
      ['keras.safetensors'],
      ['keras.npz'],
      ['torch.safetensors', '--to', 'torchvision'],
      ['tfjs/model.json'],
    ].map(([name = '', ...options]) => [join(into, name), options] as const);
    for (const [out, options] of outputs) {
      const ran = await run(['convert', model, out, '--model', model, '--json', ...options]);
      expect([ran.code, ran.stderr]).toEqual([0, '']);
      const found = await answers(model, out, entry);
      const values = Math.abs(sums - 1) < 1e-5 ? softmax(found, classes) : found;
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(entry.values[i] ?? Number.NaN, 5);
    }
  });
});
