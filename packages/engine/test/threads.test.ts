import { float32Tensor, type Graph, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { engineBackend } from '../src/index.js';

function values(graph: Graph, batch: number) {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  const fill = (shape: readonly number[], scale: number, shift = 0) =>
    float32Tensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => shift + scale * next()),
    );
  const params: Parameters = new Map(
    paramsOf(graph).map(({ path, shape, role }) => {
      const fan = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
      return [
        path,
        role === 'kernel'
          ? fill(shape, Math.sqrt(6 / fan))
          : fill(shape, 0.1, role === 'variance' || role === 'scale' ? 1 : 0),
      ];
    }),
  );
  return { params, input: fill([batch, ...graph.nodes[0]!.shape], 1) };
}

describe('threads', () => {
  it.each([
    ['mobilenet_v2', 64, 1],
    ['resnet18', 97, 1],
    ['shufflenet_v2_x0_5', 64, 3],
    ['densenet121', 64, 2],
    ['mobilenet_v3_small', 96, 1],
  ] as const)('two and three give the bits of one: %s at %i, batch %i', async (name, size, batch) => {
    const graph = buildModel(name, { input: size });
    const { params, input } = values(graph, batch);
    const bits: Uint32Array[] = [];
    for (const threads of [1, 2, 3]) {
      await using backend = await engineBackend({ threads });
      await using session = await backend.prepare(graph, params);
      const { output } = await session.run(input);
      expect(output.data.every(Number.isFinite)).toBe(true);
      bits.push(new Uint32Array(output.data.buffer));
      // And again, from memory that was used.
      expect((await session.run(input)).output.data).toEqual(output.data);
    }
    expect(bits[1]).toEqual(bits[0]);
    expect(bits[2]).toEqual(bits[0]);
  });
});
