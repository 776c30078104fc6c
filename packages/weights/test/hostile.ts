import fc from 'fast-check';
import { expect } from 'vitest';
import { type ByteSource, memorySource, openWeights, type WeightFile, WeightsError } from '../src/index.js';

/** Opens a file and reads all of it. Returns the code of its WeightsError; any other error fails. */
export async function outcome(
  bytes: Uint8Array,
  open: (source: ByteSource) => Promise<WeightFile> = openWeights,
): Promise<string> {
  try {
    const file = await open(memorySource(bytes, 'hostile'));
    try {
      for (const { name } of file.tensors) await file.read(name);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof WeightsError && error.message.length > 10) return error.code;
    throw error;
  }
  return 'no error';
}

/**
 * Damages a file in `runs` ways (bytes changed, cut out, put in twice, the end cut off) and opens each: tensors or a typed
 * error, within 2 seconds and 200 MB. Returns how often each came.
 */
export async function mutate(
  good: Uint8Array,
  runs: number,
  open?: Parameters<typeof outcome>[1],
): Promise<ReadonlyMap<string, number>> {
  const codes = new Map<string, number>();
  const edit = fc.record({
    // Spread evenly: fast-check prefers small numbers, and the first bytes of a file are its least interesting.
    at: fc.nat().map((n) => (Math.imul(n, 0x9e3779b1) >>> 0) / 2 ** 32),
    length: fc.integer({ min: 1, max: 16 }),
    kind: fc.constantFrom('set', 'set', 'set', 'set', 'flip', 'flip', 'flip', 'remove', 'repeat', 'cut'),
    byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      let bytes = good.slice();
      for (const { at, length, kind, byte } of edits) {
        const from = Math.floor(at * bytes.length);
        if (kind === 'set') bytes[from] = byte;
        else if (kind === 'flip') bytes[from] = (bytes[from] ?? 0) ^ (1 << (byte & 7));
        else if (kind === 'cut') bytes = bytes.slice(0, from + 1);
        else {
          const part = kind === 'repeat' ? bytes.subarray(from, from + length) : new Uint8Array(0);
          const rest = bytes.subarray(kind === 'repeat' ? from : from + length);
          bytes = new Uint8Array([...bytes.subarray(0, from), ...part, ...rest]);
        }
      }
      const start = cpuMilliseconds();
      const code = await outcome(bytes, open);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      expect(cpuMilliseconds() - start).toBeLessThan(2000);
    }),
    { numRuns: runs, seed: 20261124 },
  );
  return codes;
}

/** Processor time so far: unlike the clock's it does not grow with what else the machine does. */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How much more memory the process takes for `use`, in bytes, and how long it takes, in milliseconds. */
export async function cost<T>(use: () => Promise<T>): Promise<{ result: T; ms: number; bytes: number }> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  const start = cpuMilliseconds();
  const result = await use();
  clearInterval(timer);
  return { result, ms: cpuMilliseconds() - start, bytes: Math.max(peak, process.memoryUsage().rss) - before };
}
