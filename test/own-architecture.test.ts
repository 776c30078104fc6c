/** examples/my-net.ts, an architecture that no package knows, goes all the way: counted, run, trained, saved, read again. */
import { readFileSync } from 'node:fs';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { analyse } from '@convzoo/cost-analysis';
import { float32Tensor } from '@convzoo/layers';
import { initialise, sgd, Trainer } from '@convzoo/training';
import { bindWeights, encodeWeights, openWeights, writeSafetensors } from '@convzoo/weights';
import { expect, it } from 'vitest';
import myNet from '../examples/my-net.js';

const SIDE = 32;
const CLASSES = 2;

/** Horizontal stripes for class 0, vertical ones for class 1, shifted from picture to picture. */
function stripes(count: number): { readonly x: Float32Array; readonly labels: Int32Array } {
  const x = new Float32Array(count * SIDE * SIDE * 3);
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  x.forEach((_, at) => {
    const [pixel, picture] = [Math.floor(at / 3) % SIDE ** 2, Math.floor(at / (SIDE ** 2 * 3))];
    const along = labels[picture] === 0 ? Math.floor(pixel / SIDE) : pixel % SIDE;
    x[at] = (along + picture) % 4 < 2 ? 1 : -1;
  });
  return { x, labels };
}

it('my-net is shown by the README as it is', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(readFileSync(new URL('../examples/my-net.ts', import.meta.url), 'utf8'));
});

it('my-net is counted, trained on wasm until it tells stripes apart, saved as safetensors, and answers alike when read again', async () => {
  const graph = myNet({ input: SIDE, width: 8, classes: CLASSES });
  expect(analyse(graph).total.params).toBeGreaterThan(0);
  const backend = await wasmBackend();
  const { x, labels } = stripes(16);
  const trainer = await Trainer.create({
    graph,
    params: initialise(graph, 1),
    backend,
    optimiser: sgd({ momentum: 0.9 }),
  });
  const losses: number[] = [];
  for (let step = 0; step < 30; step++) losses.push((await trainer.trainBatch(x, labels, 0.05)).loss);
  expect(losses.at(-1)).toBeLessThan(0.1 * (losses[0] ?? 0));
  const params = await trainer.parameters();
  trainer.dispose();

  const file = await openWeights(writeSafetensors(encodeWeights(graph, params)));
  const { params: again } = await bindWeights(graph, file);
  const input = float32Tensor([16, SIDE, SIDE, 3], x);
  const outputs: Float32Array[] = [];
  for (const values of [params, again]) {
    await using session = await backend.prepare(graph, values);
    outputs.push((await session.run(input)).output.data);
  }
  expect(outputs[1]).toEqual(outputs[0]);
  const right = labels.filter(
    (label, i) => ((outputs[0]?.[2 * i + 1] ?? 0) > (outputs[0]?.[2 * i] ?? 0) ? 1 : 0) === label,
  );
  expect(right).toHaveLength(16);
});
