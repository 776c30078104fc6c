import { readFileSync } from 'node:fs';
import { analyse } from '@convzoo/cost-analysis';
import { claims, contradictions } from '@convzoo/cost-analysis/claims';
import { hashGraph, paramsOf } from '@convzoo/layers';
import { cifarResNet } from '@convzoo/zoo/cifar-resnet';
import { describe, expect, it } from 'vitest';
import { blockPair } from '../src/pages/inside/lessons/residual/block.js';
import { layoutOf } from '../src/pages/inside/lessons/residual/block-layout.js';
import { contestants } from '../src/pages/inside/lessons/residual/contestants.js';
import { withoutShortcuts } from '../src/pages/inside/lessons/residual/cut.js';
import { publishedDepths } from '../src/pages/inside/lessons/residual/published.js';
import { signalPair, stackGraph } from '../src/pages/inside/lessons/residual/signals.js';
import { contestantGraph, type TrainingProgress, train } from '../src/pages/inside/lessons/residual/training.js';

describe('a basic block', () => {
  it('pays nothing for an identity, nor for zeros: additions alone', () => {
    for (const kind of ['identity', 'zeros'] as const) {
      const { on, off } = blockPair(kind);
      expect([on.params, on.macs]).toEqual([off.params, off.macs]);
      expect(off.additions).toBe(0);
    }
    const { on } = blockPair('identity');
    expect([on.additions, on.params]).toEqual([56 * 56 * 64, 2 * (9 * 64 * 64 + 2 * 64)]);
    expect(contradictions(claims['identity-shortcut']())).toEqual([]);
  });

  it('pays for a projection: 1x1 weights, and a norm', () => {
    const { on, off } = blockPair('projection');
    expect(on.params - off.params).toBe(64 * 128 + 2 * 128);
    expect(on.macs - off.macs).toBe(28 * 28 * 64 * 128);
  });

  it.each(['identity', 'zeros', 'projection'] as const)('is drawn with its shortcut beside the branch (%s)', (kind) => {
    const { on, off } = blockPair(kind);
    const [drawn, plain] = [layoutOf(on), layoutOf(off)];
    expect(drawn.edges.some(({ shortcut }) => shortcut)).toBe(true);
    expect(plain.edges.some(({ shortcut }) => shortcut)).toBe(false);
    expect(plain.edges).toHaveLength(plain.boxes.length - 1);
    for (const { boxes } of [drawn, plain]) {
      expect(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(boxes.length);
    }
  });
});

describe('signals through a stack', () => {
  const seeds = [1, 2, 3];

  it.each(seeds)('with norms keep their size with shortcuts, and explode going back without (seed %i)', (seed) => {
    const { on, off } = signalPair({ blocks: 56, norm: true, gain: 1, seed });
    expect([on.gradient.length, off.variance.length]).toEqual([56, 56]);
    expect([on.gradient.at(-1), off.gradient.at(-1)]).toEqual([1, 1]);
    expect(on.gradient[0]).toBeLessThan(100);
    expect(off.gradient[0]).toBeGreaterThan(1e6);
    // Forward nothing is seen of it.
    expect(off.variance.at(-1)! / off.variance[0]!).toBeLessThan(10);
  });

  it.each(seeds)(
    'without norms vanish in plain stacks with small weights, and grow with shortcuts (seed %i)',
    (seed) => {
      const { on, off } = signalPair({ blocks: 24, norm: false, gain: 0.7, seed });
      expect(off.gradient[0]).toBeLessThan(1e-6);
      expect(on.gradient[0]).toBeGreaterThan(1);
      expect(on.variance.at(-1)!).toBeGreaterThan(on.variance[0]!);
    },
  );

  it('stay numbers at the ends of every slider', () => {
    for (const norm of [true, false]) {
      for (const gain of [0.5, 1.5]) {
        const { on, off } = signalPair({ blocks: 152, norm, gain, seed: 1 });
        for (const { variance, gradient } of [on, off]) {
          expect([...variance, ...gradient].every((value) => Number.isFinite(value) && value > 0)).toBe(true);
        }
      }
    }
  }, 60_000);

  it('go through stacks that differ in the sums alone', () => {
    const [on, off] = [true, false].map((shortcut) => stackGraph({ blocks: 3, shortcut, norm: true }));
    expect(paramsOf(on!)).toEqual(paramsOf(off!));
    expect(on!.nodes.filter(({ op }) => op === 'add')).toHaveLength(3);
    expect(off!.nodes.filter(({ op }) => op === 'add')).toHaveLength(0);
  });
});

describe('training', () => {
  it('is of networks with as many layers as they say', () => {
    for (const { layers, shortcut } of contestants) {
      const { nodes } = contestantGraph(layers, shortcut);
      expect(nodes.filter(({ op }) => op === 'dense')).toHaveLength(layers);
      expect(nodes.filter(({ op }) => op === 'add')).toHaveLength(shortcut ? (layers - 2) / 2 : 0);
    }
  });

  it('leaves the deep plain network worst, and makes few mistakes with both residual ones', async () => {
    let last: TrainingProgress | undefined;
    for await (const state of train(1)) {
      last = state;
      if (state.step === 40) break;
    }
    const [plain20 = 0, plain56 = 0, residual20 = 1, residual56 = 1] = last?.errors ?? [];
    expect(plain56).toBeGreaterThan(plain20 + 0.1);
    expect(Math.max(residual20, residual56)).toBeLessThan(0.05);
  }, 300_000);

  it('is the same every time, and ends when it is given up', async () => {
    const [first, second] = [await twoSteps(), await twoSteps()];
    expect(first).toHaveLength(2);
    expect(second).toEqual(first);
    expect(first[1]).not.toEqual(first[0]);
  }, 120_000);
});

async function twoSteps(): Promise<readonly TrainingProgress[]> {
  const controller = new AbortController();
  const states: TrainingProgress[] = [];
  for await (const state of train(1, controller.signal)) {
    states.push(state);
    if (states.length === 2) controller.abort();
  }
  return states;
}

describe('a trained network without shortcuts', () => {
  const resnet = cifarResNet({ depth: 20 });

  it('is the network itself where none is taken out, and the plain one where all are', async () => {
    expect(await hashGraph(withoutShortcuts(resnet, []))).toBe(await hashGraph(resnet));
    const all = withoutShortcuts(resnet, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const plain = cifarResNet({ depth: 20, shortcut: 'none' });
    expect(all.nodes.map(({ op, shape }) => [op, shape])).toEqual(plain.nodes.map(({ op, shape }) => [op, shape]));
    expect(analyse(all).total).toEqual(analyse(plain).total);
  });

  it('keeps every weight, and the sums that are left', () => {
    const some = withoutShortcuts(resnet, [1, 4]);
    expect(paramsOf(some)).toEqual(paramsOf(resnet));
    expect(some.nodes.filter(({ op }) => op === 'add')).toHaveLength(7);
  });
});

describe('published errors', () => {
  it('are those of the reference data', () => {
    const file = new URL('../../../fixtures/reference/published.json', import.meta.url);
    const rows = JSON.parse(readFileSync(file, 'utf8')) as { name: string; source: string; top1: number }[];
    const wanted = rows.filter(({ source, name }) => source === 'paper' && /^ResNet-\d+ \(CIFAR-10\)$/.test(name));
    const ours = publishedDepths();
    for (const { name, top1 } of wanted) {
      expect(ours.find((row) => row.name === name)?.error).toBeCloseTo(100 - top1, 9);
    }
    expect(ours.length).toBeGreaterThanOrEqual(wanted.length);
    expect(wanted.length).toBeGreaterThan(2);
  });
});
