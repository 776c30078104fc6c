// Each op, written as ONNX and run by onnxruntime, against its definition in float64.
import { Builder, opNames } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraries } from '../../backend-tfjs/test/support/arbitrary.js';
import { error, filled, filledParameters, refOf } from '../../backend-tfjs/test/support/arrays.js';
import { type Case, cases, titleOf } from '../../backend-tfjs/test/support/cases.js';
import { referenceRun } from '../../backend-tfjs/test/support/reference/ops.js';
import { ortBackend } from '../src/node.js';

const backend = await ortBackend({ threads: 1 });

async function check({ graph, batch }: Case, seed = 1): Promise<void> {
  const params = filledParameters(graph, seed);
  const input = filled([batch, ...graph.nodes[0]!.shape], seed + 7, [-2, 2]);
  const values = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
  const expected = referenceRun(graph, refOf(input), values)[graph.output]!;
  for (const optimise of [true, false]) {
    await using session = await backend.prepare(graph, params, { optimise });
    const { output } = await session.run(input);
    expect(output.shape).toEqual(expected.shape);
    expect(error(output.data, expected.data)).toBeLessThan(5e-6);
  }
}

describe.each(opNames.filter((op) => op !== 'custom'))('%s', (op) => {
  for (const example of cases[op]) it(titleOf(example), () => check(example));
  it('random', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraries[op], fc.nat(1000), (c, seed) => check(c, seed)),
      { numRuns: 40 },
    );
  });
});

it('keeps zeros around a map apart from a pool behind them, which would count them as less than every number', async () => {
  const nn = new Builder('padded');
  const below = nn.rescale(nn.input([6, 5, 3]), { scale: [1], offset: [-3] });
  const pooled = nn.maxPool(nn.zeroPad(below, { spatial: [1, 1, 1, 1] }), { size: 3, stride: 2 });
  await check({ graph: nn.graph(pooled), batch: 2 });
});
