import { describe, expect, test } from 'vitest';
import {
  memorySource,
  openSafetensors,
  openWeights,
  readSafetensors,
  WeightsError,
  writeSafetensors,
} from '../src/index.js';
import { cpuMilliseconds } from './hostile.js';
import { codeOf, fixture, generator, tensor } from './support.js';

/** A file of a header, as text or bytes, and so many zeros after it; `claim` is the length that is stated. */
function file(header: string | Uint8Array, data = 0, claim?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, claim ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const entry = (dtype: unknown, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });
const f32 = (shape: unknown, offsets: unknown): string => entry('F32', shape, offsets);

const corpus: [title: string, bytes: Uint8Array, code: string][] = [
  ['nothing', new Uint8Array(0), 'truncated'],
  ['seven bytes', new Uint8Array(7), 'truncated'],
  ['a header length beyond the file', file('{}', 0, 100n), 'truncated'],
  ['a header length of 2^63', file('{}', 0, 1n << 63n), 'too-large'],
  ['a header length over the limit', file('{}', 0, 25_000_001n), 'too-large'],
  ['a header length of 0', file('', 8), 'bad-header'],
  ['a header cut short', file('{"a":', 0), 'bad-header'],
  ['no JSON', file('{nonsense}'), 'bad-header'],
  ['an array', file('[]'), 'bad-header'],
  ['spaces before the header', file(' {}'), 'bad-header'],
  ['a second value', file('{}{}'), 'bad-header'],
  ['not UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), 'bad-header'],
  ['a byte order mark', file('\ufeff{}'), 'bad-header'],
  ['nesting without end', file('{"a":'.repeat(100_000)), 'bad-header'],
  ['arrays without end', file(`{"a":${'['.repeat(100_000)}`), 'bad-header'],
  ['metadata that is no object', file('{"__metadata__":"x"}'), 'bad-header'],
  ['metadata with a number', file('{"__metadata__":{"a":1}}'), 'bad-header'],
  ['an entry that is a number', file('{"a":1}'), 'bad-header'],
  ['an entry that is null', file('{"a":null}'), 'bad-header'],
  ['an entry that is an array', file('{"a":[]}'), 'bad-header'],
  ['a name twice', file(`{"a":${f32([1], [0, 4])},"a":${f32([1], [0, 4])}}`, 4), 'duplicate-name'],
  [
    'a name twice, once with an escape',
    file(`{"a":${f32([1], [0, 4])},"\\u0061":${f32([1], [0, 4])}}`, 4),
    'duplicate-name',
  ],
  ['a shape twice', file('{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}}', 4), 'duplicate-name'],
  ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}'), 'duplicate-name'],
  ['an unknown dtype', file(`{"a":${entry('F8_E4M3', [1], [0, 1])}}`, 1), 'unknown-dtype'],
  ['a dtype of the prototype', file(`{"a":${entry('constructor', [1], [0, 1])}}`, 1), 'unknown-dtype'],
  ['no dtype', file(`{"a":${entry(undefined, [1], [0, 4])}}`, 4), 'unknown-dtype'],
  ['a dtype that is a number', file(`{"a":${entry(7, [1], [0, 4])}}`, 4), 'unknown-dtype'],
  ['no shape', file(`{"a":${f32(undefined, [0, 4])}}`, 4), 'bad-shape'],
  ['a negative extent', file(`{"a":${f32([-1, -1], [0, 4])}}`, 4), 'bad-shape'],
  ['a broken extent', file(`{"a":${f32([0.5, 2], [0, 4])}}`, 4), 'bad-shape'],
  ['an extent that is text', file(`{"a":${f32(['1'], [0, 4])}}`, 4), 'bad-shape'],
  ['an extent of 1e300', file(`{"a":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}`, 4), 'bad-shape'],
  ['a product that overflows to 1', file(`{"a":${f32([2 ** 32, 2 ** 32], [0, 4])}}`, 4), 'bad-shape'],
  ['a product that overflows to 0', file(`{"a":${f32([2 ** 52, 2 ** 52, 2 ** 52], [0, 0])}}`), 'bad-shape'],
  [
    'a product that float64 rounds',
    file(`{"a":${entry('U8', [3, 3002399751580331], [0, 9007199254740992 - 1])}}`),
    'bad-shape',
  ],
  ['a thousand axes', file(`{"a":${f32(new Array(1000).fill(1), [0, 4])}}`, 4), 'bad-shape'],
  ['a shape larger than its bytes', file(`{"a":${f32([2], [0, 4])}}`, 4), 'bad-shape'],
  ['a shape smaller than its bytes', file(`{"a":${f32([1], [0, 8])}}`, 8), 'bad-shape'],
  ['no offsets', file(`{"a":${f32([1], undefined)}}`, 4), 'bad-offsets'],
  ['one offset', file(`{"a":${f32([1], [0])}}`, 4), 'bad-offsets'],
  ['three offsets', file(`{"a":${f32([1], [0, 4, 8])}}`, 4), 'bad-offsets'],
  ['offsets the wrong way round', file(`{"a":${f32([1], [4, 0])}}`, 4), 'bad-offsets'],
  ['a negative offset', file(`{"a":${f32([1], [-4, 0])}}`, 4), 'bad-offsets'],
  ['an offset of 2^60', file(`{"a":${f32([1], [2 ** 60, 2 ** 60 + 4])}}`, 4), 'bad-offsets'],
  ['bytes beyond the end', file(`{"a":${f32([2], [0, 8])}}`, 4), 'truncated'],
  ['a petabyte', file(`{"a":${f32([2 ** 48], [0, 2 ** 50])}}`, 4), 'truncated'],
  ['a tensor that does not start at 0', file(`{"a":${f32([1], [4, 8])}}`, 8), 'bad-offsets'],
  ['tensors that overlap', file(`{"a":${f32([2], [0, 8])},"b":${f32([2], [4, 12])}}`, 12), 'bad-offsets'],
  ['one tensor inside another', file(`{"a":${f32([4], [0, 16])},"b":${f32([1], [4, 8])}}`, 16), 'bad-offsets'],
  ['the same bytes twice', file(`{"a":${f32([1], [0, 4])},"b":${f32([1], [0, 4])}}`, 4), 'bad-offsets'],
  ['a hole between tensors', file(`{"a":${f32([1], [0, 4])},"b":${f32([1], [8, 12])}}`, 12), 'bad-offsets'],
  ['bytes after the last tensor', file(`{"a":${f32([1], [0, 4])}}`, 5), 'bad-offsets'],
  ['bytes and no tensor', file('{}', 1), 'bad-offsets'],
];

describe('broken safetensors', () => {
  test.each(corpus)('%s', async (_, bytes, code) => {
    const start = cpuMilliseconds();
    expect(await codeOf(() => openSafetensors(memorySource(bytes)))).toBe(code);
    expect(await codeOf(() => readSafetensors(bytes))).toBe(code);
    expect(cpuMilliseconds() - start).toBeLessThan(1000);
  });

  test('a name of a megabyte does not fill the message', async () => {
    const bytes = file(`{"${'x'.repeat(1_000_000)}":1}`);
    await expect(openSafetensors(memorySource(bytes))).rejects.toSatisfy((error: Error) => error.message.length < 500);
  });

  test.each([
    ['nested', () => '{"a":'.padEnd(25_000_000, '{"b":'), 'bad-header'],
    ['wide', () => `{${Array.from({ length: 2_000_000 }, (_, i) => `"${i}":{}`).join(',')}}`, 'too-large'],
    ['one string', () => '{"'.padEnd(25_000_000, 'x'), 'bad-header'],
    ['backslashes', () => '{"'.padEnd(25_000_000, '\\'), 'bad-header'],
    ['quotes', () => '{'.padEnd(25_000_000, '"'), 'bad-header'],
    ['numbers', () => '{"a":['.padEnd(25_000_000, '1,'), 'bad-header'],
  ])('a header of 25 MB, %s, is refused within 2 s', async (_, header, code) => {
    const bytes = file(header());
    const start = cpuMilliseconds();
    expect(await codeOf(() => openSafetensors(memorySource(bytes)))).toBe(code);
    expect(cpuMilliseconds() - start).toBeLessThan(2000);
  });

  test('every cut of a good file is refused', async () => {
    const bytes = fixture('every-dtype.safetensors');
    for (let length = 0; length < bytes.length; length++) {
      expect(await codeOf(() => openSafetensors(memorySource(bytes.subarray(0, length))))).toBe('truncated');
    }
  });

  test('3000 mutations of good files give a typed error, or tensors that lie inside the file', async () => {
    const random = generator(7);
    const good = [fixture('every-dtype.safetensors'), writeSafetensors([tensor('a', [2, 3]), tensor('b', [4])])];
    const codes = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const bytes = good[i % 2]!.slice();
      for (let edits = 1 + Math.floor(random() * 3); edits > 0; edits--) {
        // Mostly in the header; half of the new bytes are digits and brackets, which keep it JSON more often.
        const at = Math.floor(random() * (random() < 0.9 ? bytes.length * 0.8 : 8));
        bytes[at] =
          random() < 0.5 ? '0123456789[]{},:"'.charCodeAt(Math.floor(random() * 17)) : Math.floor(random() * 256);
      }
      const code = await codeOf(async () => {
        const opened = await openWeights(bytes);
        for (const { name } of opened.tensors) await opened.read(name);
      });
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    // The mutations reach beyond the JSON parser.
    for (const code of ['no error', 'bad-header', 'bad-shape', 'bad-offsets'])
      expect(codes.get(code), code).toBeGreaterThan(10);
  });

  test('an error is a ConvzooError with its cause', () => {
    try {
      readSafetensors(file('{nonsense}'), 'x.safetensors');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(WeightsError);
      expect(error).toMatchObject({ code: 'bad-header', name: 'WeightsError', cause: expect.any(SyntaxError) });
      expect((error as Error).message).toContain('x.safetensors');
    }
  });
});
