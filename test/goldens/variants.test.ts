// Golden records on the engine with its kernels forced. This file runs in Node (vitest.config.ts) and in Chromium
// (vitest.browser.config.ts), which has multiply-add: nothing in it may be for one of them only.
import { engineBackend } from '@convzoo/engine';
import { fillNetwork, resultToJson, verifyNetwork, zooNetwork } from '@convzoo/parity';
import { describe, expect, it } from 'vitest';
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

/** All instruction sets, each with its usual tile, and every other variant in turn. */
function forcedOn(index: number): readonly (typeof variants)[number][] {
  const turn = [index, index + givenGoldens.length].map((i) => variants[i % variants.length]!);
  return full ? [...new Set([...usual, ...turn])] : [usual[index % usual.length]!];
}

it('every variant has its turn', () => {
  const tried = new Set(givenGoldens.flatMap((_, i) => forcedOn(i)));
  expect(tried.size).toBe(full ? variants.length : usual.length);
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
