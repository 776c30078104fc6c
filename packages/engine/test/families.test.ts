// A member of every family of the zoo, node by node in isolated memory.
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { others, smallest } from '../../backend-tfjs/test/support/families.js';
import { runIsolated } from './support/isolated.js';
import { nameOf, variants } from './support/variants.js';

/** Networks from one that has a variant to the next. */
const TURNS = 5;
const full = (process.env['CONVZOO_FULL'] ?? '') !== '';

describe('nothing is read or written but what is its own:', () => {
  const specs = [...Object.values(smallest), ...others];
  it.each(specs.map((spec, i) => [spec, i] as const))('%s', { timeout: 120_000 }, (spec, i) => {
    const graph = buildModel(spec);
    const params = filledParameters(graph);
    const input = filled([1 + (i % 2), ...graph.nodes[0]!.shape], 3);
    // Every variant comes to several networks: what a tile reads and writes, kernels.test.ts asks of each at every size.
    const tried = full ? variants.filter((_, v) => v % TURNS === i % TURNS) : [variants[(7 * i) % variants.length]!];
    for (const arithmetic of tried) {
      const once = runIsolated(graph, params, input, { arithmetic, threads: 1 + (i % 3) });
      expect(once.every(Number.isFinite), nameOf(arithmetic)).toBe(true);
      // Other leftovers, another number of threads, and buffers as a session has them: the same bits.
      const again = runIsolated(graph, params, input, { arithmetic, threads: 2, plain: true, poison: 'huge' });
      expect(again, nameOf(arithmetic)).toEqual(once);
    }
  });
});
