// A member of every family, written both ways, against the engine.
import type { Graph, Parameters } from '@convzoo/layers';
import { difference } from '@convzoo/runtime';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { others, smallest } from '../../backend-tfjs/test/support/families.js';
import { engineBackend } from '../../engine/src/index.js';
import { ortBackend } from '../src/node.js';

const backends = { ort: await ortBackend(), engine: await engineBackend() };

describe('onnxruntime gives what the engine gives:', () => {
  it.each([...Object.values(smallest), ...others])('%s', { timeout: 120_000 }, async (spec) => {
    const graph: Graph = buildModel(spec);
    const params: Parameters = filledParameters(graph);
    const taps = Object.keys(graph.taps);
    const input = filled([2, ...graph.nodes[0]!.shape], 3);
    await using reference = await backends.engine.prepare(graph, params, { taps });
    const expected = await reference.run(input);
    for (const optimise of [true, false]) {
      await using session = await backends.ort.prepare(graph, params, { taps, optimise });
      const found = await session.run(input);
      expect(found.output.shape).toEqual(expected.output.shape);
      expect(difference(found.output.data, expected.output.data).relative).toBeLessThan(1e-4);
      for (const tap of taps) {
        expect(found.taps[tap]!.shape, tap).toEqual(expected.taps[tap]!.shape);
        expect(difference(found.taps[tap]!.data, expected.taps[tap]!.data).relative, tap).toBeLessThan(1e-4);
      }
    }
  });
});
