import type { Node, OpName } from '@convzoo/layers';
import { opNames } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Array64, dot, mapped } from './reference/array.js';
import { backwardNode, contextOf, crossEntropy, forwardNode, type ReferenceOptions } from './reference/network.js';
import { type OpCase, opCases } from './support/op-cases.js';
import { randomArray, seeds } from './support/random.js';

/*
 * Finite differences judge the float64 reference, which judges everything else. Along a random direction v the slope of
 * <dy, f> must be <gradient, v>. A case in which the step crosses a kink says nothing and is left out.
 */

const STEP = 1e-5;
const along = (x: Array64, v: Array64, t: number): Array64 =>
  mapped(x, (value, i) => value + t * (v.data[i] as number));

function slopes(
  { node, inputs, params, dy }: OpCase,
  seed: number,
  options: ReferenceOptions,
): [measured: number, stated: number] | undefined {
  const [dInputs, dParams] = [inputs, params].map((arrays, k) =>
    arrays.map(({ shape }, i) => randomArray(shape, seed + 100 * k + i)),
  ) as [Array64[], Array64[]];
  // Running statistics are no inputs of a training step, but of a frozen one they would be: they stay.
  const moved = (t: number) =>
    params.map((p, i) =>
      ['mean', 'variance'].includes(node.params[i]?.role ?? '') ? p : along(p, dParams[i] as Array64, t),
    );
  const run = (t: number) =>
    forwardNode(
      node as never,
      inputs.map((x, i) => along(x, dInputs[i] as Array64, t)),
      contextOf(node, moved(t), options),
    );
  const [here, before, after] = [run(0), run(-STEP), run(STEP)];
  const branches = (r: typeof here): string => Array.from(r.decisions ?? []).join();
  if (branches(before) !== branches(here) || branches(after) !== branches(here)) return undefined;
  const measured = (dot(dy, after.y) - dot(dy, before.y)) / (2 * STEP);
  const gradients = backwardNode(node as never, dy, inputs, here, contextOf(node, params, options));
  let stated = 0;
  gradients.inputs.forEach((d, i) => {
    stated += dot(d, dInputs[i] as Array64);
  });
  gradients.params?.forEach((d, i) => {
    if (d !== undefined) stated += dot(d, dParams[i] as Array64);
  });
  return [measured, stated];
}

describe('the float64 reference has the slopes that finite differences show', () => {
  const check = (op: OpName, options: (node: Node, seed: number) => ReferenceOptions = () => ({})): void => {
    fc.assert(
      fc.property(opCases[op], seeds, (c, seed) => {
        const result = slopes(c, seed, options(c.node, seed));
        fc.pre(result !== undefined);
        const [measured, stated] = result;
        expect(Math.abs(measured - stated)).toBeLessThan(1e-6 * (1 + Math.abs(stated)));
      }),
      { numRuns: 100, maxSkipsPerRun: 20 },
    );
  };

  it.each(opNames.map((op) => [op]))('%s', (op) => check(op));
  it('batchNorm, frozen', () => check('batchNorm', () => ({ trained: () => false })));
  it('dropout, with a mask', () =>
    check('dropout', (node, seed) => {
      const mask = (shape: readonly number[]): Array64 => mapped(randomArray(shape, seed), (v) => (v < 0 ? 0 : 2));
      return { masks: new Map([[node.path, mask([3, ...node.shape])]]) };
    }));

  it('cross entropy', () => {
    const cases = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 2, max: 9 }),
      seeds,
      fc.constantFrom(0, 0.1, 0.5),
    );
    fc.assert(
      fc.property(cases, ([batch, classes, seed, smoothing]) => {
        const logits = randomArray([batch, classes], seed);
        const v = randomArray([batch, classes], seed + 1);
        const labels = Array.from({ length: batch }, (_, n) => (n + seed) % classes);
        const at = (t: number): number => crossEntropy(along(logits, v, t), labels, smoothing).loss;
        const stated = dot(crossEntropy(logits, labels, smoothing).gradient, v);
        expect(Math.abs((at(STEP) - at(-STEP)) / (2 * STEP) - stated)).toBeLessThan(1e-8);
      }),
    );
  });
});
