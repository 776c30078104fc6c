import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../src/archive/crc32.js';
import { writeArchive } from '../src/archive/write.js';
import { cost, mutate, outcome } from './hostile.js';
import { fixture } from './support.js';

/** A pickle by parts: text is taken as latin-1. */
const bytesOf = (...parts: (string | number | Uint8Array)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Buffer.of(part) : part,
    ),
  );
const u32 = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);
const text = (value: string): Uint8Array => bytesOf('X', u32(Buffer.byteLength(value)), value);
const int = (value: number): Uint8Array => bytesOf('J', new Uint8Array(new Int32Array([value]).buffer));
const tuple = (...items: Uint8Array[]): Uint8Array => bytesOf('(', ...items, 't');
const name = (module: string, member: string): string => `c${module}\n${member}\n`;

const storage = (key = '0', elements = 4, type = name('torch', 'FloatStorage')): Uint8Array =>
  bytesOf(tuple(text('storage'), bytesOf(type), text(key), text('cpu'), int(elements)), 'Q');
const tensor = (shape: number[], strides: number[], offset = 0, from = storage()): Uint8Array =>
  bytesOf(
    name('torch._utils', '_rebuild_tensor_v2'),
    tuple(from, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), bytesOf(0x89), bytesOf('N')),
    'R',
  );
const dict = (value: Uint8Array): Uint8Array => bytesOf('\x80\x02}', text('w'), value, 's.');

const ONES = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
const archive = (pickle: Uint8Array, data: Uint8Array = ONES): Uint8Array =>
  writeArchive([
    { name: 'a/data.pkl', parts: [pickle] },
    { name: 'a/data/0', parts: [data] },
  ]);

const MAGIC = bytesOf('\x80\x02\x8a\x0a', Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.');
const legacy = (pickle: Uint8Array, keys = bytesOf('\x80\x02]', text('0'), 'a.'), elements = 4): Uint8Array =>
  bytesOf(MAGIC, '\x80\x02M\xe9\x03.', '\x80\x02}.', pickle, keys, u32(elements), u32(0), ONES);

test('the files of this corpus are good before they are broken', async () => {
  expect(await outcome(archive(dict(tensor([2, 2], [2, 1]))))).toBe('no error');
  expect(await outcome(legacy(dict(tensor([2, 2], [2, 1]))))).toBe('no error');
});

const call = (module: string, member: string, ...args: Uint8Array[]) =>
  dict(bytesOf(name(module, member), tuple(...args), 'R'));

/** Pickles, their titles, and the codes of their errors; each is tried in both forms. */
const pickles: [title: string, pickle: Uint8Array, code: string][] = [
  ['os.system', call('os', 'system', text('id')), 'unsafe-pickle'],
  ['posix.system', call('posix', 'system', text('id')), 'unsafe-pickle'],
  ['builtins.eval', call('builtins', 'eval', text('1')), 'unsafe-pickle'],
  ['builtins.exec', call('__builtin__', 'exec', text('1')), 'unsafe-pickle'],
  ['builtins.getattr', call('builtins', 'getattr', text('a'), text('b')), 'unsafe-pickle'],
  ['subprocess.Popen', call('subprocess', 'Popen', text('id')), 'unsafe-pickle'],
  ['a class that is only named', dict(bytesOf(name('os', 'system'))), 'unsafe-pickle'],
  ['a name of JavaScript', call('constructor', 'constructor'), 'unsafe-pickle'],
  ['__proto__', dict(bytesOf(name('__proto__', 'toString'))), 'unsafe-pickle'],
  ['torch.load within', call('torch', 'load', text('x')), 'unsafe-pickle'],
  ['torch.hub', call('torch.hub', 'load', text('x')), 'unsafe-pickle'],
  ['a storage whose name only ends so', dict(bytesOf(name('evil.torch', 'FloatStorage'))), 'unsafe-pickle'],
  ['STACK_GLOBAL', dict(bytesOf(text('os'), text('system'), 0x93)), 'unsafe-pickle'],
  ['INST', dict(bytesOf('(ios\nsystem\n')), 'unsafe-pickle'],
  ['OBJ', dict(bytesOf('(', name('collections', 'OrderedDict'), 'o')), 'unsafe-pickle'],
  ['NEWOBJ', dict(bytesOf(name('collections', 'OrderedDict'), ')', 0x81)), 'unsafe-pickle'],
  ['an extension', dict(bytesOf(0x82, 1)), 'unsafe-pickle'],
  ['a persistent id of text', dict(bytesOf('Pstorage\n')), 'unsafe-pickle'],
  ['a persistent module', dict(bytesOf(tuple(text('module'), text('x')), 'Q')), 'unsafe-pickle'],
  ['a call of a dict', dict(bytesOf('})R')), 'unsafe-pickle'],
  ['attributes of a tensor', dict(bytesOf(tensor([4], [1]), '}b')), 'unsafe-pickle'],
  ['a tensor of no storage', call('torch._utils', '_rebuild_tensor_v2', int(1)), 'unsafe-pickle'],
  ['a dtype that is called', call('torch', 'float32', int(1)), 'unsafe-pickle'],
  ['protocol 9', bytesOf('\x80\x09N.'), 'bad-header'],
  ['an empty stack', bytesOf('\x80\x020.'), 'bad-header'],
  ['nothing before the end', bytesOf('\x80\x02.'), 'bad-header'],
  ['a tuple without its mark', bytesOf('\x80\x02t.'), 'bad-header'],
  ['an item in a list', bytesOf('\x80\x02]NNs.'), 'bad-header'],
  ['an odd number of items', bytesOf('\x80\x02}(Nu.'), 'bad-header'],
  ['a memory that is empty', bytesOf('\x80\x02h\x07.'), 'bad-header'],
  ['an unknown opcode', bytesOf('\x80\x02\xff.'), 'bad-header'],
  ['a number that is none', bytesOf('\x80\x02Ix\n.'), 'bad-header'],
  ['no tensors', bytesOf('\x80\x02}.'), 'bad-header'],
  ['a dict that holds itself', bytesOf('\x80\x02}q\x00', text('w'), 'h\x00s.'), 'bad-header'],
  ['text that goes on', bytesOf('\x80\x02X', u32(0xffffffff), 'abc'), 'truncated'],
  ['text of 2^60 bytes', bytesOf('\x80\x02\x8d', u32(0), u32(2 ** 28), 'abc'), 'truncated'],
  ['an integer of 2 GB', bytesOf('\x80\x02\x8b', u32(2 ** 31)), 'too-large'],
  ['a stack without end', bytesOf('\x80\x02', 'N'.repeat(200_000), '.'), 'too-large'],
  ['opcodes without end', bytesOf('\x80\x02', 'N0'.repeat(600_000), '.'), 'too-large'],
  [
    'lists without end',
    bytesOf('\x80\x02](', ']'.repeat(50_000), 'e'.repeat(1), ']0'.repeat(600_000), '.'),
    'too-large',
  ],
  [
    'dicts without end',
    bytesOf('\x80\x02]', `(${'}'.repeat(50_000)}e`.repeat(4), 'N0'.repeat(60_000), '.'),
    'too-large',
  ],
  ['dicts up to the limit', bytesOf('\x80\x02]', `(${'}'.repeat(50_000)}e`.repeat(4), '.'), 'bad-header'],
  ['a view beyond its storage', dict(tensor([5], [1])), 'bad-offsets'],
  ['an offset beyond it', dict(tensor([4], [1], 1)), 'bad-offsets'],
  ['a stride beyond it', dict(tensor([2], [4])), 'bad-offsets'],
  ['a product that overflows', dict(tensor([2 ** 30, 2 ** 30], [2 ** 30, 2 ** 30])), 'bad-offsets'],
  ['a negative extent', dict(tensor([-1], [1])), 'bad-shape'],
  ['a negative stride', dict(tensor([2], [-1], 3)), 'bad-shape'],
  ['a negative offset', dict(tensor([2], [1], -1)), 'bad-shape'],
  ['strides for another shape', dict(tensor([2, 2], [1])), 'bad-shape'],
  ['a hundred axes', dict(tensor(new Array(100).fill(1), new Array(100).fill(1))), 'bad-shape'],
  ['one number repeated 2^40 times', dict(tensor([2 ** 20, 2 ** 20], [0, 0])), 'too-large'],
  ['a storage of -1 elements', dict(tensor([1], [1], 0, storage('0', -1))), 'unsafe-pickle'],
  ['a storage that is not there', dict(tensor([1], [1], 0, storage('9'))), 'bad-header'],
  ['a storage of another folder', dict(tensor([1], [1], 0, storage('../data.pkl'))), 'bad-header'],
  ['a storage of another size', dict(tensor([1], [1], 0, storage('0', 5))), 'bad-offsets'],
  [
    'complex numbers',
    dict(tensor([1], [1], 0, storage('0', 2, name('torch', 'ComplexFloatStorage')))),
    'unknown-dtype',
  ],
];

describe('pickles', () => {
  test.each(pickles)('%s', async (_, pickle, code) => {
    for (const bytes of [archive(pickle), legacy(pickle)]) {
      const { result, ms, bytes: memory } = await cost(() => outcome(bytes));
      // In the older form a storage of complex numbers is missed where it should lie, before its tensor is looked at.
      expect(result === 'bad-offsets' && code === 'unknown-dtype' ? code : result).toBe(code);
      expect(ms).toBeLessThan(2000);
      expect(memory).toBeLessThan(200e6);
    }
  });
});

test.each<[string, Uint8Array, string]>([
  ['another version', bytesOf(MAGIC, '\x80\x02M\xe8\x03.'), 'bad-header'],
  [
    'big byte order',
    bytesOf(MAGIC, '\x80\x02M\xe9\x03.\x80\x02}', text('little_endian'), bytesOf(0x89), 's.N.]..'),
    'bad-header',
  ],
  ['no list of storages', legacy(dict(tensor([4], [1])), bytesOf('\x80\x02}.')), 'bad-header'],
  ['a storage twice', legacy(dict(tensor([4], [1])), bytesOf('\x80\x02](', text('0'), text('0'), 'e.')), 'bad-header'],
  [
    'a storage that nothing refers to',
    legacy(dict(tensor([4], [1])), bytesOf('\x80\x02](', text('7'), 'e.')),
    'bad-header',
  ],
  ['a storage of another length', legacy(dict(tensor([4], [1])), undefined, 3), 'bad-offsets'],
  ['a storage that is cut short', legacy(dict(tensor([4], [1]))).subarray(0, -1), 'truncated'],
])('the older form with %s', async (_, bytes, code) => expect(await outcome(bytes)).toBe(code));

/** A zip archive of one entry, of which the caller sets what it likes. */
function zip(
  name: string,
  data: Uint8Array,
  fields: { method?: number; size?: number; crc?: number; flags?: number } = {},
) {
  const bytes = Buffer.from(writeArchive([{ name, parts: [data] }], 1));
  const central = bytes.length - 22 - 46 - name.length;
  for (const [at, where] of [
    [0, 0],
    [central, 2],
  ] as const) {
    if (fields.flags !== undefined) bytes.writeUInt16LE(fields.flags, at + 6 + where);
    if (fields.method !== undefined) bytes.writeUInt16LE(fields.method, at + 8 + where);
    if (fields.crc !== undefined) bytes.writeUInt32LE(fields.crc, at + 14 + where);
    if (fields.size !== undefined) bytes.writeUInt32LE(fields.size, at + 22 + where);
  }
  return bytes;
}
const edited = (bytes: Uint8Array, edit: (copy: Buffer, end: number) => void): Uint8Array => {
  const copy = Buffer.from(bytes);
  edit(copy, copy.length - 22);
  return copy;
};
const GOOD = archive(dict(tensor([4], [1])));
const CENTRAL = Buffer.from(GOOD).readUInt32LE(GOOD.length - 6);

describe('zip archives', () => {
  const zeros = deflateRawSync(Buffer.alloc(300 * 2 ** 20));
  test.each<[string, Uint8Array, string]>([
    ['that end too early', GOOD.subarray(0, -1), 'truncated'],
    ['with a pickle without end', archive(bytesOf('\x80\x02N')), 'truncated'],
    ['of a beginning only', GOOD.subarray(0, 100), 'truncated'],
    ['with bytes after the end', bytesOf(GOOD, 'x'), 'truncated'],
    ['without data.pkl', zip('a/b', ONES), 'unknown-format'],
    ['without entries', edited(GOOD, (b, end) => b.fill(0, end + 8, end + 20)), 'unknown-format'],
    ['of several parts', edited(GOOD, (b, end) => b.writeUInt16LE(1, end + 4)), 'bad-header'],
    ['with too many entries', edited(GOOD, (b, end) => b.writeUInt16LE(9, end + 10)), 'bad-header'],
    ['with a directory beyond the end', edited(GOOD, (b, end) => b.writeUInt32LE(GOOD.length, end + 16)), 'truncated'],
    ['with a directory of 1 GB', edited(GOOD, (b, end) => b.writeUInt32LE(1e9, end + 12)), 'too-large'],
    ['with a damaged directory', edited(GOOD, (b) => b.writeUInt32LE(0, CENTRAL)), 'bad-header'],
    ['with an entry beyond the end', edited(GOOD, (b) => b.writeUInt32LE(1e9, CENTRAL + 42)), 'bad-offsets'],
    [
      'with two entries over the same bytes',
      edited(GOOD, (b) => b.writeUInt32LE(0, CENTRAL + 46 + 10 + 42)),
      'bad-offsets',
    ],
    [
      'with an entry that is longer than it is',
      edited(GOOD, (b) => [20, 24].map((at) => b.writeUInt32LE(500, CENTRAL + at))),
      'bad-offsets',
    ],
    ['with an entry of two sizes', edited(GOOD, (b) => b.writeUInt32LE(1, CENTRAL + 20)), 'bad-header'],
    ['with a local header that is none', edited(GOOD, (b) => b.writeUInt32LE(0, 0)), 'unknown-format'],
    ['with a local header that is too long', edited(GOOD, (b) => b.writeUInt16LE(0xffff, 28)), 'bad-offsets'],
    ['with a name twice', writeArchive([1, 2].map(() => ({ name: 'a/data.pkl', parts: [] }))), 'duplicate-name'],
    ['that are encrypted', zip('a/data.pkl', dict(tensor([4], [1])), { flags: 1 }), 'bad-header'],
    ['compressed by bzip2', zip('a/data.pkl', dict(tensor([4], [1])), { method: 12 }), 'bad-header'],
    ['with damaged deflate data', zip('a/data.pkl', ONES, { method: 8 }), 'bad-header'],
    ['with less than is stated', zip('a/data.pkl', deflateRawSync(ONES), { method: 8, size: 1e6 }), 'bad-header'],
    ['that unpack to 300 MB of pickle', zip('a/data.pkl', zeros, { method: 8, size: 300 * 2 ** 20 }), 'too-large'],
    ['that unpack to more than is stated', zip('a/data.pkl', zeros, { method: 8, size: 1000, crc: 1 }), 'bad-header'],
    [
      'of a comment that looks like the end',
      bytesOf(GOOD.subarray(0, -2), '\x16\0PK\x05\x06', new Uint8Array(18)),
      'unknown-format',
    ],
  ])('%s', async (_, bytes, code) => {
    const { result, ms, bytes: memory } = await cost(() => outcome(bytes));
    expect(result).toBe(code);
    expect(ms).toBeLessThan(2000);
    expect(memory).toBeLessThan(200e6);
  });

  test('a bomb among the storages', async () => {
    const entries = [
      {
        name: 'a/data.pkl',
        data: Buffer.from(dict(tensor([1], [1], 0, storage('0', 75 * 2 ** 20)))),
        method: 0,
        size: 0,
      },
      { name: 'a/data/0', data: zeros, method: 8, size: 300 * 2 ** 20 },
    ];
    const bytes = Buffer.from(
      writeArchive(
        entries.map(({ name, data }) => ({ name, parts: [data] })),
        1,
      ),
    );
    const central = bytes.readUInt32LE(bytes.length - 6) + 46 + 10;
    bytes.writeUInt16LE(8, central + 10);
    bytes.writeUInt32LE(300 * 2 ** 20, central + 24);
    const { result, bytes: memory } = await cost(() => outcome(bytes));
    expect(result).toBe('too-large');
    expect(memory).toBeLessThan(200e6);
  });

  test('the checksum is that of zip', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    expect(crc32(Buffer.from('6789'), crc32(Buffer.from('12345')))).toBe(0xcbf43926);
  });
});

describe('damaged files give tensors or a typed error', () => {
  test.each(['state-dict.zip.pt', 'views.legacy.pt', 'deflated.zip.pt'])('1000 times %s', async (name) => {
    const codes = await mutate(fixture(name), 1000);
    expect(codes.get('no error')).toBeGreaterThan(10);
    expect(codes.get('bad-header')).toBeGreaterThan(10);
  });

  test('3000 programs of random opcodes', async () => {
    // Pieces of real pickles, so that they get further than their second opcode.
    const pieces = [
      ...'.()}]NtbRQcqhsuea012IJKMGXUdlo',
      '\x85',
      '\x86',
      '\x87',
      '\x88',
      '\x93',
      '\x94',
      '\x8a\x01\x05',
    ].map((piece) => bytesOf(piece));
    const known = [
      storage(),
      tensor([4], [1]),
      text('w'),
      int(1),
      bytesOf(name('collections', 'OrderedDict')),
      bytesOf('q\x00'),
      bytesOf('h\x00'),
    ];
    const piece = fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...known), fc.uint8Array({ maxLength: 3 }));
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (program) => {
        codes.add(await outcome(archive(bytesOf('\x80\x02', ...program, '.'))));
      }),
      { numRuns: 3000, seed: 11 },
    );
    expect([...codes]).toEqual(expect.arrayContaining(['bad-header', 'unsafe-pickle', 'truncated']));
  });

  test('every length of a file that is cut short', async () => {
    for (const name of ['state-dict.zip.pt', 'state-dict.legacy.pt']) {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length; length += 13) {
        expect(['truncated', 'unknown-format'], `${length} bytes`).toContain(await outcome(bytes.subarray(0, length)));
      }
    }
  });
});
