import type { TfjsBackend } from '@convzoo/backend-tfjs';
import type { Parameters } from '@convzoo/layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adam, type Optimiser, sgd, Trainer } from '../src/index.js';
import { type Array64, fromFloat32, parameters64 } from './reference/array.js';
import { lossAndGradients } from './reference/network.js';
import { adamStep, sgdStep } from './reference/optimise.js';
import { onBackends } from './support/backends.js';
import { relativeError } from './support/compare.js';
import { decisionsOf } from './support/decisions.js';
import {
  distance,
  type GradientRecord,
  gradientRecords,
  inTorchOrder,
  type Problem,
  problemOf,
  type TrajectoryRecord,
  trajectoryRecords,
} from './support/torch-records.js';

/*
 * torch's gradients and trajectories, in two strides. The float64 reference equals torch's float64 to the digits that
 * the records have, so every rule, in every detail, is torch's. And float32 equals the float64 reference to rounding if
 * the latter takes the same branch at every ReLU. That condition matters: where an input of a ReLU lies within rounding
 * of zero, chance decides, and one such decision moves gradients by up to 1 % and, some steps later, losses by 1e-3. It
 * happens in two of the records:
 * - mobilenet_v2: at the input -1.6e-5 of one ReLU6 of `features.18` (a map of 2x2) both fast backends go the other way
 *   than float64; the median gradient is then 7e-3 off, and 4e-5 (tensorflow) or 8e-5 (wasm) on the same branches.
 * - the SGD trajectory: at its third step a ReLU's input is 6e-8; losses 5 and 6 are up to 1.2e-3 off (wasm), and all six
 *   are within 5e-7 on the same branches.
 */

/** Slow checks, in CI only. */
const full = process.env['CONVZOO_FULL'] === '1';
const SLOW = 300_000;

type Answer = ReturnType<typeof lossAndGradients>;
const answers = new Map<string, Answer>();

/** The float64 reference's answer to a record, computed once. */
function reference(record: GradientRecord): Answer {
  const known = answers.get(record.case);
  if (known !== undefined) return known;
  const { graph, params, x, labels } = problemOf(record);
  const answer = lossAndGradients(graph, parameters64(params), fromFloat32(x), labels);
  answers.set(record.case, answer);
  return answer;
}

/** The answer with every activation on the branch that it takes in float32; usually the same. */
function onBranches(record: GradientRecord, forced: ReadonlyMap<string, Uint8Array>): Answer {
  const { graph, params, x, labels } = problemOf(record);
  const free = reference(record);
  const isSame = graph.nodes.every(({ id, path }) => {
    const branches = forced.get(path);
    return branches === undefined || branches.every((branch, i) => branch === free.trace.results[id]?.decisions?.[i]);
  });
  return isSame ? free : lossAndGradients(graph, parameters64(params), fromFloat32(x), labels, { forced });
}

/** Gradients that are zero by algebra (a shift before another norm) are compared with a share of the whole. */
const floorOf = (record: GradientRecord): number => 1e-4 * record.grad_total_norm;

function errors(
  actual: Parameters,
  expected: ReadonlyMap<string, Array64>,
  floor: number,
): { median: number; most: number } {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  const apart = [...expected].map(([path, g]) => relativeError(actual.get(path)?.data ?? [], g, floor));
  apart.sort((a, b) => a - b);
  return { median: apart[apart.length >> 1] as number, most: apart.at(-1) as number };
}

function optimiserOf({ optimiser, options: { momentum = 0, weight_decay: weightDecay } }: TrajectoryRecord): Optimiser {
  return optimiser === 'Adam' ? adam({ weightDecay }) : sgd({ momentum, weightDecay });
}

/** The optimiser of a record in float64. */
function referenceOptimiser({ optimiser, options }: TrajectoryRecord) {
  const { lr, momentum = 0, weight_decay: weightDecay } = options;
  const [buffers, moments] = [new Map<string, Array64>(), new Map<string, { mean: Array64; square: Array64 }>()];
  return (params: Map<string, Array64>, gradients: ReadonlyMap<string, Array64>, step: number): void => {
    if (optimiser === 'Adam') adamStep(params, gradients, moments, step + 1, { lr, weightDecay });
    else sgdStep(params, gradients, buffers, { lr, momentum, weightDecay });
  };
}

describe('the float64 reference equals torch', () => {
  it.each(gradientRecords.map((record) => [record.case, record] as const))(
    '%s',
    (_, record) => {
      const problem = problemOf(record);
      const { loss, gradients, trace } = reference(record);
      expect(Math.abs(loss - record.loss)).toBeLessThan(2e-9);
      const ours = inTorchOrder(problem.graph, gradients);
      expect([...ours.keys()].sort()).toEqual(record.grads.map((g) => g.path).sort());
      for (const g of record.grads)
        expect(distance(g, ours.get(g.path) as Float64Array, floorOf(record))).toBeLessThan(2e-6);
      const running = inTorchOrder(problem.graph, trace.running);
      expect([...running.keys()].sort()).toEqual(record.running.map((r) => r.path).sort());
      for (const r of record.running) expect(distance(r, running.get(r.path) as Float64Array, 1e-6)).toBeLessThan(1e-6);
    },
    SLOW,
  );

  it.each(
    trajectoryRecords.filter((r) => full || r.optimiser === 'SGD').map((record) => [record.case, record] as const),
  )(
    '%s',
    (_, record) => {
      const { graph, params, x, labels } = problemOf(record);
      const values = parameters64(params);
      const update = referenceOptimiser(record);
      for (const [step, expected] of record.losses.entries()) {
        const { loss, gradients, trace } = lossAndGradients(graph, values, fromFloat32(x), labels);
        expect(Math.abs(loss - expected)).toBeLessThan(2e-9);
        for (const [path, statistic] of trace.running) values.set(path, statistic);
        if (step < record.losses.length - 1) update(values, gradients, step);
      }
      const ours = inTorchOrder(graph, values);
      for (const a of record.after) expect(distance(a, ours.get(a.path) as Float64Array, 1e-6)).toBeLessThan(1e-6);
    },
    SLOW,
  );
});

function decisions(problem: Problem, backend: TfjsBackend, params: Parameters): Map<string, Uint8Array> {
  const input = tf.tensor(problem.x.data, [...problem.x.shape]);
  const forced = decisionsOf(backend, problem.graph, params, input);
  input.dispose();
  return forced;
}

await onBackends('goldens', (backend) => {
  // Plain JavaScript takes minutes for ResNet-18; the two fast backends cover it.
  const isRun = (record: { case: string }): boolean =>
    backend.name !== 'cpu' || record.case === 'cifar_resnet20-32x32-gradients';

  it.each(gradientRecords.filter(isRun).map((record) => [record.case, record] as const))(
    '%s',
    async (_, record) => {
      const problem = problemOf(record);
      using trainer = await Trainer.create({ ...problem, backend, optimiser: sgd() });
      const { loss, gradients, running } = await trainer.gradients(problem.x.data, problem.labels);
      expect(Math.abs(loss - record.loss)).toBeLessThan(1e-5 * record.loss);
      // Without forcing, what the records' README calls sensible for the largest difference.
      const ours = inTorchOrder(problem.graph, gradients);
      for (const g of record.grads)
        expect(distance(g, ours.get(g.path) as Float64Array, floorOf(record))).toBeLessThan(3e-2);
      const statistics = inTorchOrder(problem.graph, running);
      for (const r of record.running)
        expect(distance(r, statistics.get(r.path) as Float64Array, 1e-6)).toBeLessThan(1e-5);
      // On the same branches every value of every gradient.
      const same = onBranches(record, decisions(problem, backend, problem.params));
      const { median, most } = errors(gradients, same.gradients, floorOf(record));
      // MobileNetV2 is worse conditioned: norms over 16 values. torch's own float32 is 3.6e-4 off there.
      const isMobile = record.model === 'mobilenet_v2';
      expect(median).toBeLessThan(isMobile ? 2e-4 : 2e-5);
      expect(most).toBeLessThan(isMobile ? 3e-3 : 1e-4);
    },
    SLOW,
  );

  it.each(trajectoryRecords.filter(isRun).map((record) => [record.case, record] as const))('%s', async (_, record) => {
    const problem = problemOf(record);
    using trainer = await Trainer.create({ ...problem, backend, optimiser: optimiserOf(record) });
    for (const [step, expected] of record.losses.entries()) {
      const { loss } = await trainer.trainBatch(problem.x.data, problem.labels, record.options.lr);
      // The first steps, before chance has its say: after that the next test, which is as strict at every step.
      const limit = record.optimiser === 'SGD' && step < 4 ? 2e-5 : 2e-3;
      expect(Math.abs(loss - expected)).toBeLessThan(limit);
    }
  });

  for (const record of trajectoryRecords.filter((r) => full && r.optimiser === 'SGD' && backend.name !== 'cpu')) {
    it(
      `${record.case}, step by step on the same branches`,
      async () => {
        const problem = problemOf(record);
        using trainer = await Trainer.create({ ...problem, backend, optimiser: optimiserOf(record) });
        const values = parameters64(problem.params);
        const update = referenceOptimiser(record);
        for (const step of record.losses.keys()) {
          const forced = decisions(problem, backend, await trainer.parameters());
          const { loss } = await trainer.trainBatch(problem.x.data, problem.labels, record.options.lr);
          const same = lossAndGradients(problem.graph, values, fromFloat32(problem.x), problem.labels, { forced });
          expect(Math.abs(loss - same.loss)).toBeLessThan(2e-6);
          for (const [path, statistic] of same.trace.running) values.set(path, statistic);
          update(values, same.gradients, step);
        }
        const after = await trainer.parameters();
        for (const [path, value] of values) {
          expect(relativeError(after.get(path)?.data ?? [], value, 1)).toBeLessThan(2e-5);
        }
      },
      SLOW,
    );
  }
});

if (!full) it.skip('the SGD trajectory step by step, and that of Adam in float64: in CI, or with CONVZOO_FULL=1');
