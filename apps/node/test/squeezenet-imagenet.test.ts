/**
 * The real SqueezeNet 1.0 on real pictures: file, preset, network and backend together. Weights and pictures are in
 * ../shared, which a fresh clone does not have.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { decode, preprocess, presets } from '@convzoo/preprocessing';
import { bindWeights } from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';

const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const pictures = `${shared}images/imagenet-compatible/`;
const weights = `${shared}weights/safetensors/squeezenet1_0_imagenet.safetensors`;
const isHere = existsSync(pictures) && existsSync(weights);
if (!isHere) console.warn('skipped: the SqueezeNet and the pictures of ../shared are not here');

/**
 * Stated are 51.0 % on 1000 pictures, of which these are 100: one standard error (5 points) below it. Measured here: 55,
 * and with mistakes 38 (BGR), 41 (no mean taken off) and 1 (torchvision's normalisation).
 */
const LEAST_TOP1 = 46;

interface Label {
  readonly file: string;
  readonly label: number;
}

describe.skipIf(!isHere)('squeezenet1_0_imagenet.safetensors', () => {
  it('classifies the 100 pictures no worse than is stated, within the error of so few', {
    timeout: 120_000,
  }, async () => {
    const labels = JSON.parse(readFileSync(`${pictures}labels.json`, 'utf8')) as readonly Label[];
    const graph = buildModel('squeezenet1_0', { input: 227 });
    const file = await openWeightsFile(weights);
    const { params } = await bindWeights(graph, file);
    await file.close();
    const backend = await wasmBackend();
    await using session = await backend.prepare(graph, params);
    let top1 = 0;
    let top5 = 0;
    for (const { file: name, label } of labels) {
      const image = await decode(await readFile(pictures + name));
      const { data, shape } = preprocess(image, presets['imagenet-caffe-rgb']);
      const { output } = await session.run({ dtype: 'float32', shape: [1, ...shape], data });
      const rank = output.data.filter((score) => score > (output.data[label] ?? 0)).length;
      if (rank === 0) top1++;
      if (rank < 5) top5++;
    }
    console.info(`SqueezeNet 1.0: top-1 ${top1}, top-5 ${top5} of ${labels.length}`);
    expect(labels).toHaveLength(100);
    expect(top1).toBeGreaterThanOrEqual(LEAST_TOP1);
  });
});
