// Golden records on the engine with its kernels forced. This file runs in Node (vitest.config.ts) and in Chromium
// (vitest.browser.config.ts), which has multiply-add.
import { engineBackend } from '@convzoo/engine';
import { fillNetwork, resultToJson, verifyNetwork, zooNetwork } from '@convzoo/parity';
import { describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../packages/engine/src/kernels/arithmetic.js';
import { nameOf, usual, variants } from '../../packages/engine/test/support/variants.js';
import { givenGoldens } from './given.js';

interface WithEnvironment extends ImportMeta {
  readonly env?: Readonly<Record<string, string>>;
}
// Node's environment, or what vitest.browser.config.ts hands to a page.
const asked = globalThis.process?.env['CONVZOO_FULL'] ?? (import.meta as WithEnvironment).env?.['CONVZOO_FULL'];
const full = (asked ?? '') !== '';

/** Parameters of the largest that is run where not all are asked for. */
const BIG = 12_000_000;

/**
 * What is run here. WebAssembly leaves no choice in scalars and vectors: their bits are the same everywhere, and
 * packages/engine/test/kernels.test.ts runs all of them in Node and in a browser. So whole networks are run on them in Node, and in
 * a browser on what may round as it likes, relaxed SIMD, where it has that.
 */
const isHere = ({ instructions }: Arithmetic): boolean => isNode || instructions === 'relaxed-simd';
const isNode = !('document' in globalThis);
const [usualHere, variantsHere] = [usual.filter(isHere), variants.filter(isHere)];

/** All instruction sets, each with its usual tile, and every other variant in turn. */
function forcedOn(index: number): readonly Arithmetic[] {
  const turn = [index, index + givenGoldens.length].map((i) => variantsHere[i % variantsHere.length]!);
  return full ? [...new Set([...usualHere, ...turn])] : [usualHere[index % usualHere.length]!];
}

it('every variant has its turn', () => {
  const tried = new Set(givenGoldens.flatMap((_, i) => forcedOn(i)));
  expect(tried.size).toBe(full ? variantsHere.length : usualHere.length);
  expect(tried.size).toBeGreaterThan(0);
});

describe('golden record', () => {
  givenGoldens.forEach(({ record, keys }, index) => {
    it(record.case, { timeout: 300_000 }, async (context) => {
      if (!full && (record.params ?? 0) > BIG) context.skip('big; CONVZOO_FULL=1 runs it');
      const network = zooNetwork(record, { keys });
      const params = fillNetwork(network);
      for (const arithmetic of forcedOn(index)) {
        // Taps are compared in goldens.test.ts; here the whole has to be right.
        const whole = { ...network, record: { ...record, taps: [] } };
        await using backend = await engineBackend({ arithmetic });
        const result = await verifyNetwork(whole, { backend, params });
        expect(resultToJson(result), nameOf(arithmetic)).toMatchObject({ agrees: true, firstDifference: null });
      }
    });
  });
});
