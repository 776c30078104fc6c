import { ConvzooError, type Parameters } from '@convzoo/layers';
import {
  countedParams,
  fillNetwork,
  type GoldenNetwork,
  parameterFault,
  resultToJson,
  verifyNetwork,
  zooNetwork,
} from '@convzoo/parity';
import { models, resolveModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { type Extent, full, goldenBackends } from './backends.js';
import { type Golden, givenGoldens, goldens, ownGoldens } from './records.js';

/** The network of a record, or nothing where the zoo does not have it. */
function networkOf({ record, keys }: Golden): GoldenNetwork | undefined {
  try {
    return zooNetwork(record, { keys });
  } catch (error) {
    if (error instanceof ConvzooError && error.code === 'unknown-model') return undefined;
    throw error;
  }
}

const networks = goldens.map(networkOf).filter((network) => network !== undefined);
const absent = goldens.filter((golden) => networkOf(golden) === undefined).map(({ record }) => record.case);

const titleOf = ({ record }: GoldenNetwork): string => `${record.framework} ${record.case}`;

/** Records of fixtures/goldens have no tap but those that are compared here. */
const isGiven = ({ record }: GoldenNetwork): boolean => givenGoldens.some((golden) => golden.record === record);

/** Parameters from which on a network is large. */
const LARGE = 30_000_000;
const isLarge = ({ record }: GoldenNetwork): boolean => (record.params ?? 0) > LARGE;

const familyOf = ({ record }: GoldenNetwork): string => {
  const { framework } = record;
  return resolveModel(record.model, framework === 'torch' ? {} : { dialect: framework }).entry.family;
};

/** Parameters to make and values to compute, roughly: what a record costs. */
const costOf = ({ record }: GoldenNetwork): number =>
  (record.params ?? 0) * record.input.shape.reduce((product, extent) => product * extent, 1);

/** The cheapest record of each family. */
const cheapestOfFamilies: readonly GoldenNetwork[] = [...new Set(networks.map(familyOf))].map((family) =>
  cheapest(networks.filter((each) => familyOf(each) === family)),
);

function isRun(network: GoldenNetwork, runs: Extent): boolean {
  return runs === 'all' || (runs === 'small' && !isLarge(network)) || cheapestOfFamilies.includes(network);
}

function cheapest(some: readonly GoldenNetwork[]): GoldenNetwork {
  return some.reduce((a, b) => (costOf(b) < costOf(a) ? b : a));
}

/** The parameters of one network at a time: VGG-19's are 575 MB. */
let filled: { readonly network: GoldenNetwork; readonly params: Parameters } | undefined;
function parametersOf(network: GoldenNetwork): Parameters {
  if (filled?.network !== network) {
    filled = undefined;
    filled = { network, params: fillNetwork(network) };
  }
  return filled.params;
}

describe('the zoo', () => {
  it(`has the network of every record (not yet: ${absent.join(', ') || 'none'})`, () => {
    expect(absent).toEqual([]);
    expect(givenGoldens).toHaveLength(46);
    expect(ownGoldens.length).toBeGreaterThan(30);
  });

  it.each(networks.map((network) => [titleOf(network), network] as const))('%s has their parameters', (_, network) => {
    expect(parameterFault(network)).toBeUndefined();
    expect(countedParams(network)).toBe(network.record.params);
  });
});

describe('golden record', () => {
  for (const { name, skipped } of goldenBackends) {
    if (skipped !== undefined) it(`every one on ${name}`, (context) => context.skip(skipped));
  }

  it('of every family is run on every backend', () => {
    const families = new Set(Object.values(models).map(({ family }) => family));
    expect(new Set(cheapestOfFamilies.map(familyOf))).toEqual(families);
  });

  for (const network of networks) {
    describe(titleOf(network), () => {
      for (const { name, backend, runs } of goldenBackends) {
        if (backend === undefined || !isRun(network, runs)) continue;
        it(`on ${name}`, { timeout: 300_000 }, async (context) => {
          if (isLarge(network) && !isGiven(network) && !full) {
            context.skip('large, and a smaller relative is run; CONVZOO_FULL=1 runs it');
          }
          const result = await verifyNetwork(network, { backend, params: parametersOf(network) });
          expect(resultToJson(result)).toMatchObject({ agrees: true, firstDifference: null, hints: [] });
          if (isGiven(network)) expect(result.unmatched).toEqual([]);
          else expect(result.taps.length).toBeGreaterThanOrEqual(0.75 * network.record.taps.length);
        });
      }
    });
  }
});
