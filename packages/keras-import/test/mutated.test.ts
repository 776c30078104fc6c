/** Whatever becomes of a configuration, it is imported or refused by a KerasImportError. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importKerasConfig, KerasImportError } from '../src/index.js';
import { type Json, kerasConfigs } from './configs.js';

const small = [...kerasConfigs].filter(
  ([name, config]) => JSON.stringify(config).length < 20_000 && !/^VGG/.test(name),
);

/** Values that stand where Keras would not put them. */
const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, -1, 0, 0.5, 1e300, 2 ** 40, '', 'same', '__proto__', 'InputLayer', [], {}, [
    [],
  ]),
  fc.integer({ min: -3, max: 9 }),
  fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 4 }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

/** Every place of a value, as keys from the root. */
function placesOf(value: Json, path: readonly (string | number)[] = []): (string | number)[][] {
  const children =
    Array.isArray(value) || (typeof value === 'object' && value !== null)
      ? Object.entries(value).flatMap(([key, child]) => placesOf(child as Json, [...path, key]))
      : [];
  return [[...path], ...children];
}

function replaced(value: Json, [key, ...rest]: readonly (string | number)[], by: Json): Json {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, Json>;
  copy[key] = replaced(copy[key] ?? null, rest, by);
  return copy as Json;
}

describe('a configuration of Keras with values changed', () => {
  it.each(small.map(([name, config]) => [name, config] as const))('%s', (_, config) => {
    const places = placesOf(config);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: places.length - 1 }), odd), { minLength: 1, maxLength: 3 }),
        (changes) => {
          let changed = config;
          for (const [place, value] of changes) {
            const path = places[place] ?? [];
            const parent = path
              .slice(0, -1)
              .reduce<Json | undefined>((at, key) => (at as Record<string, Json> | null | undefined)?.[key], changed);
            if (typeof parent === 'object' && parent !== null) changed = replaced(changed, path, value);
          }
          try {
            expect(importKerasConfig(changed, { size: [13, 13] }).graph.nodes.length).toBeGreaterThan(0);
          } catch (error) {
            if (!(error instanceof KerasImportError)) throw error;
            expect(error.message.length).toBeLessThan(1500);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
