import { isTrainable, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { dialects, sourceParams } from '@convzoo/weights';
import { fillFromHash, fillInput } from '@convzoo/weights/golden';
import { describe, expect, it } from 'vitest';
import { goldenBackends } from './backends.js';
import { compareLogits, compareTap } from './compare.js';
import { type GoldenNetwork, networkOf, ourFamilies } from './networks.js';
import { keysOf, records } from './records.js';

const networks = records.map(networkOf).filter((network) => network !== undefined);
const absent = records.filter((record) => networkOf(record) === undefined);

/** The parameters of one network at a time: VGG-19's are 575 MB. */
let filled: { readonly case: string; readonly params: Parameters } | undefined;
function parametersOf({ record, graph, dialect }: GoldenNetwork): Parameters {
  if (filled?.case !== record.case) {
    filled = undefined;
    const params = fillFromHash(graph, { dialect, ...(record.bn_log4 && { log4: record.bn_log4 }) });
    filled = { case: record.case, params };
  }
  return filled.params;
}

describe('the zoo', () => {
  it(`has the network of every golden record of its families (not yet: ${absent.map((r) => r.case).join(', ')})`, () => {
    const ours = absent.filter(({ model }) => ourFamilies.some((family) => family.test(model)));
    expect(ours.map((record) => record.case)).toEqual([]);
    // The other way round, so that the patterns are known to find something.
    const theirs = networks.filter(({ record }) => !ourFamilies.some((family) => family.test(record.model)));
    expect(theirs.map(({ record }) => record.case)).toEqual([]);
    expect(networks).toHaveLength(records.length);
  });

  it.each(networks.map((network) => [network.record.case, network] as const))(
    '%s has their parameters',
    (_, network) => {
      const { record, graph, dialect } = network;
      const specs = paramsOf(graph);
      const counted = record.framework === 'keras' ? specs : specs.filter(isTrainable);
      // Keras counts mean, variance and count of EfficientNet's normalisation, which are constants here.
      const constants = record.model === 'EfficientNetB0' ? 7 : 0;
      expect(counted.reduce((total, { shape }) => total + sizeOf(shape), constants)).toBe(record.params);
      const keys = sourceParams(graph, dialects[dialect]).map(({ name, layout }) => [name, layout.shape]);
      const byName = (list: readonly (readonly unknown[])[]) =>
        [...list].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
      expect(byName(keys)).toEqual(byName(keysOf(record)));
    },
  );
});

describe('golden record', () => {
  for (const { name, skipped } of goldenBackends) {
    if (skipped !== undefined) it(`every one on ${name}`, (context) => context.skip(skipped));
  }

  for (const network of networks) {
    const { record, graph } = network;
    describe(`${record.framework} ${record.case}`, () => {
      for (const { name, backend } of goldenBackends) {
        if (backend === undefined) continue;
        it(`on ${name}`, { timeout: 300_000 }, async () => {
          const params = parametersOf(network);
          const input = fillInput(record.input.shape, record.input.layout, record.input.kind);
          // Without taps every norm is folded and every activation fused; a tapped result is left as it is.
          {
            await using session = await backend.prepare(graph, params);
            const { output } = await session.run(input);
            compareLogits(output, record);
          }
          await using session = await backend.prepare(graph, params, {
            taps: record.taps.map((t) => network.tapOf(t.name)),
          });
          const { output, taps } = await session.run(input);
          compareLogits(output, record);
          for (const tap of record.taps) compareTap(taps[network.tapOf(tap.name)]!, tap, record);
        });
      }
    });
  }
});
