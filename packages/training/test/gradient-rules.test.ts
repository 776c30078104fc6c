import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { opNames } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { gradientStep } from '../src/gradients/index.js';
import { type Array64, fromFloat32, mapped } from './reference/array.js';
import { backwardNode, contextOf, forwardNode, type ReferenceOptions } from './reference/network.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { expectClose, toTensor } from './support/compare.js';
import { type OpCase, opCases } from './support/op-cases.js';
import { randomArray, seeds } from './support/random.js';

/** What is asked of a node: whether its norm is frozen, which of its parameters are trained, which inputs matter. */
interface Demand {
  readonly frozen: boolean;
  readonly trained: number;
  readonly needed: number;
}

const bit = (bits: number, i: number): boolean => (bits & (1 << i)) !== 0;

/**
 * One node forward and back on a backend, against the float64 reference. Before backward, everything that the step does
 * not claim to read is freed, as the tape does.
 */
async function compare(backend: TfjsBackend, c: OpCase, { frozen, trained, needed }: Demand): Promise<void> {
  const { graph, node } = c;
  const held: Tensor[] = [];
  const own = <T extends Tensor>(tensor: T): T => {
    held.push(tensor);
    return tensor;
  };
  const before = tf.memory().numTensors;
  const params = c.params.map((p) => own(toTensor(p)));
  const isTrained = (path: string): boolean =>
    bit(
      trained,
      node.params.findIndex((spec) => spec.path === path),
    );
  const step = gradientStep({
    graph,
    node,
    kernels: backend.kernels,
    active: true,
    frozen: frozen && node.op === 'batchNorm',
    isTrained,
    randomStream: () => 42,
    keep: own,
  });
  const inputs = c.inputs.map((x) => own(toTensor(x)));
  const { y, saved = [], updates = new Map<string, Tensor>() } = step.forward(inputs, params, 0);
  for (const tensor of [y, ...saved, ...updates.values()]) own(tensor);

  const options: ReferenceOptions = {
    trained: () => !frozen,
    masks: new Map(node.op === 'dropout' && saved[0] !== undefined ? [[node.path, await host(saved[0])]] : []),
  };
  const context = contextOf(node, c.params, options);
  const expected = forwardNode(node as never, c.inputs, context);
  await expectClose(y, expected.y, TOLERANCE);
  const spec = (role: string) => node.params.find((p) => p.role === role)?.path ?? '';
  expect([...updates.keys()]).toEqual(expected.running === undefined ? [] : [spec('mean'), spec('variance')]);
  for (const role of ['mean', 'variance'] as const) {
    const running = expected.running?.[role];
    if (running !== undefined) await expectClose(updates.get(spec(role)) as Tensor, running, TOLERANCE);
  }

  const dy = own(toTensor(c.dy));
  const gradients = backwardNode(node as never, c.dy, c.inputs, expected, context);
  if (step.reads.y !== true) y.dispose();
  if (step.reads.inputs !== true) tf.dispose(inputs);
  const result = step.backward(dy, { inputs, params, y, saved, needsInput: (i) => bit(needed, i) });
  for (const tensor of [...result.inputs, ...(result.params ?? [])]) if (tensor !== undefined) own(tensor);
  if (node.op !== 'input') {
    for (const [i, d] of gradients.inputs.entries()) {
      expect(result.inputs[i] !== undefined).toBe(bit(needed, i));
      if (result.inputs[i] !== undefined) await expectClose(result.inputs[i], d, TOLERANCE);
    }
  }
  for (const [i, { path, role }] of node.params.entries()) {
    const wanted = isTrained(path) && role !== 'mean' && role !== 'variance' && !(frozen && node.op === 'batchNorm');
    const d = result.params?.[i];
    expect(d !== undefined).toBe(wanted);
    if (d !== undefined) await expectClose(d, gradients.params?.[i] as Array64, TOLERANCE);
  }
  tf.dispose(held);
  expect(tf.memory().numTensors).toBe(before);
}

/** Relative to the largest value; sums of up to a few hundred float32 products. */
const TOLERANCE = 1e-5;

async function host(tensor: Tensor): Promise<Array64> {
  return fromFloat32({ dtype: 'float32', shape: tensor.shape, data: await tensor.data<'float32'>() });
}

const demands: fc.Arbitrary<Demand> = fc.record({ frozen: fc.boolean(), trained: fc.nat(15), needed: fc.nat(3) });

await onBackends('gradient rules', (backend) => {
  checkThatTensorsAreFreed();

  it.each(opNames.map((op) => [op]))('%s', async (op) => {
    await fc.assert(
      fc.asyncProperty(opCases[op], demands, async (c, demand) => {
        // Where a fused activation comes close to a kink, float32 may take the other side.
        const { margin = 1 } = forwardNode(c.node as never, c.inputs, contextOf(c.node, c.params));
        fc.pre(margin > 1e-4);
        await compare(backend, c, demand);
      }),
      { numRuns: 40 },
    );
  });

  it('maxPool: of equal elements the first takes the gradient, as in torch', async () => {
    await fc.assert(
      fc.asyncProperty(opCases.maxPool, seeds, async (c, seed) => {
        // Three values only: after a ReLU many elements of a window are equal.
        const coarse = c.inputs.map((x) => mapped(randomArray(x.shape, seed), (v) => Math.max(0, Math.round(v))));
        await compare(backend, { ...c, inputs: coarse }, { frozen: false, trained: 0, needed: 1 });
      }),
    );
  });
});
