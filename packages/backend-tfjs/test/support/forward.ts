import { expect } from 'vitest';
import type { TfjsBackend } from '../../src/index.js';
import { error, filled, filledParameters, refOf } from './arrays.js';
import type { Case } from './cases.js';
import { referenceRun } from './reference/ops.js';

/** Runs one op on the backend and by definition: the shape must be equal and the values equal within float32. */
export async function checkForward(backend: TfjsBackend, { graph, batch }: Case): Promise<void> {
  const params = filledParameters(graph);
  // Inputs reach past 6, so that relu6 has something to cut.
  const values = filled([batch, ...graph.nodes[0]!.shape], 17);
  const input = { ...values, data: values.data.map((v) => v * 8) };
  await using session = await backend.prepare(graph, params, { optimise: false });
  const { output } = await session.run(input);
  const refs = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
  const expected = referenceRun(graph, refOf(input), refs)[graph.output]!;
  expect(output.shape).toEqual(expected.shape);
  expect(error(output.data, expected.data)).toBeLessThan(1e-5);
}
