// Large memories: addresses of 2 GiB and above are negative as signed integers, and so are products past 2^31.
import { Builder, optimiseForInference } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { type Case, cases, opOf, titleOf } from '../../backend-tfjs/test/support/cases.js';
import { planOf } from '../src/index.js';
import { kernelModule } from '../src/kernels/index.js';
import { MAXIMUM_PAGES } from '../src/kernels/memory-limit.js';
import { compile } from '../src/plan/compile.js';
import { EngineMemory } from '../src/plan/memory.js';
import { type Method, possibleMethods } from '../src/plan/method.js';
import { ownRunner } from '../src/runner.js';
import { EngineSession } from '../src/session.js';
import { convolutionsOf, networks } from './support/graphs.js';
import { usual } from './support/variants.js';

const arithmetic = usual.at(-1)!;
const module = await WebAssembly.compile(kernelModule(arithmetic, false));
const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES });
const runner = await ownRunner(module, memory);

/** Output bits of an example that lies from this address on; memory that nobody touches costs nothing. */
async function bitsAt({ graph, batch }: Case, start: number, method?: Method): Promise<Uint32Array> {
  const place = new EngineMemory(memory);
  place.reserve(start);
  const rewrite = optimiseForInference(graph);
  const params = rewrite.transform(filledParameters(graph));
  const methods = new Map(
    rewrite.graph.nodes.flatMap((node) =>
      node.op === 'conv2d' && method !== undefined && possibleMethods(node, rewrite.graph).has(method)
        ? [[node.id, method]]
        : [],
    ),
  );
  const program = compile(rewrite.graph, params, place, arithmetic, method === undefined ? {} : { methods });
  const session = new EngineSession(graph, program, place, runner, { taps: [], release() {} });
  const { output } = await session.run(filled([batch, ...graph.nodes[0]!.shape], 3));
  return new Uint32Array(output.data.buffer);
}

describe('beyond 2 GiB, and across', () => {
  /** Weights, tables and maps lie before the border or behind it, or it goes through one of them. */
  const same = async (example: Case, method?: Method): Promise<void> => {
    const low = await bitsAt(example, 0, method);
    for (const before of [64, 1000, 20_000, 400_000]) {
      expect(await bitsAt(example, 2 ** 31 - before, method), `${titleOf(example)}, ${before}`).toEqual(low);
    }
  };

  it('every op gives the bits that it gives below', async () => {
    for (const example of Object.values(cases).flat()) if (opOf(example).op !== 'custom') await same(example);
  });

  it('so does every method of a convolution, and whole networks', async () => {
    for (const [method, examples] of Object.entries(convolutionsOf)) {
      await fc.assert(
        fc.asyncProperty(examples, (example) => same(example, method as Method)),
        { numRuns: 3 },
      );
    }
    await fc.assert(
      fc.asyncProperty(networks, (example) => same(example)),
      { numRuns: 12 },
    );
  });
});

it('threads share a map of 1 GiB, however many they are', async () => {
  new EngineMemory(memory).ensure(2 ** 30 + 1024);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const relu = exports['relu'] as (...args: readonly number[]) => void;
  // The last of 64 threads: 2^26 vectors by its number are more than 2^31.
  const share = 2 ** 30 / 64;
  const floats = new Float32Array(memory.buffer, 2 ** 30 - share, share / 4 + 256).fill(-1);
  relu(0, 0, 2 ** 26, 63, 64);
  expect(floats.subarray(0, share / 4).every((value) => value === 0)).toBe(true);
  expect(floats.subarray(share / 4).every((value) => value === -1)).toBe(true);
});

describe('what is too large to be counted', () => {
  const activationOf = (height: number) => {
    const nn = new Builder('large');
    return nn.graph(nn.activation(nn.input([height, 8192, 8]), 'sigmoid'));
  };

  it('is refused before memory is asked for: a map of 2 GiB', () => {
    const message = expect.stringContaining('2147 MB in one piece');
    expect(() => planOf(activationOf(8192))).toThrow(expect.objectContaining({ code: 'out-of-memory', message }));
    expect(planOf(activationOf(8191)).layers).toHaveLength(1);
  });

  it('as a table of addresses, too', () => {
    const nn = new Builder('large');
    const x = nn.input([4096, 4096, 8]);
    const large = nn.graph(nn.conv2d(x, { name: 'c', out: 8, kernel: 7, padding: 'same', dilation: 2 }));
    const message = expect.stringContaining('49 taps takes 3288 MB');
    expect(() => planOf(large)).toThrow(expect.objectContaining({ code: 'out-of-memory', message }));
  });
});
