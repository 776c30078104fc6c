import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { float32Tensor } from '@convzoo/layers';
import { writeNpz, writeSafetensors, writeTfjs } from '@convzoo/weights';
import { afterAll, describe, expect, it } from 'vitest';

// Files made to harm, opened by the built app in a process of its own whose memory and time are measured: every kind of
// harm that issue 4 lists, for every format. packages/weights/test has some 250 more broken files, and 11,000 mutations.

const folder = mkdtempSync(join(tmpdir(), 'convzoo-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../packages/weights/test/fixtures/${name}`, import.meta.url)));
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

interface Part {
  readonly name: string;
  readonly data: Uint8Array;
  /** Compressed, and then perhaps with a size that is not true. */
  readonly deflate?: boolean;
  readonly size?: number;
  /** Where the directory says that it lies. */
  readonly offset?: number;
}

function zip(parts: readonly Part[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, deflate = false, size = data.length, offset = at } of parts) {
    const body = deflate ? deflateRawSync(data, { level: 9 }) : Buffer.from(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, Buffer.from(name), body]);
    const entry = Buffer.concat([
      Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'),
      common,
      Buffer.alloc(14),
      Buffer.from(name),
    ]);
    entry.writeUInt32LE(offset, 42);
    locals.push(local);
    directory.push(entry);
    at += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, entries, end]);
}

function safetensors(header: unknown, data = 16): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}
const entry = (shape: readonly number[], range: readonly [number, number]) => ({
  dtype: 'F32',
  shape,
  data_offsets: range,
});

/** A folder with a TensorFlow.js model; returns the path of its model. */
function tfjs(name: string, manifest: unknown, bytes = 16): string {
  mkdirSync(join(folder, name));
  put(`${name}/a.bin`, Buffer.alloc(bytes));
  return put(`${name}/model.json`, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
}
const group = (paths: readonly string[], shape: readonly number[] = [4], more: object = {}) => [
  { paths, weights: [{ name: 'w', shape, dtype: 'float32', ...more }] },
];

/** A `.npy` of zeros that states a shape. */
function npy(shape: string, bytes: number, descr = "'<f4'"): Buffer {
  const dict = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
  const head = Buffer.alloc(10);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  head.writeUInt16LE(dict.length, 8);
  return Buffer.concat([head, Buffer.from(dict), Buffer.alloc(bytes)]);
}

/** A pickle of protocol 2 that calls `os.system`, as torch would have it in its zip form. */
const touched = join(folder, 'touched');
const evil = Buffer.from(
  `\u0080\u0002cposix\nsystem\nX${String.fromCharCode(6 + touched.length)}\u0000\u0000\u0000touch ${touched}\u0085R.`,
  'latin1',
);
/** Twenty-eight tuples, each of the one before twice: a value of 2^28 parts in a hundred bytes. */
const laughs = Buffer.from(
  `\u0080\u0002)q\u0000${Array.from({ length: 28 }, (_, i) => `h${String.fromCharCode(i)}h${String.fromCharCode(i)}\u0086q${String.fromCharCode(i + 1)}0`).join('')}h\u001c.`,
  'latin1',
);
const torchZip = (pickle: Uint8Array, others: readonly Part[] = []): Buffer =>
  zip([{ name: 'm/data.pkl', data: pickle }, ...others]);

const NAN = Float32Array.of(Number.NaN, 1);
const nan = [{ name: 'w', tensor: float32Tensor([2], NAN) }] as const;
const nanModel = writeTfjs(nan);
mkdirSync(join(folder, 'nan'));
for (const [name, bytes] of nanModel) put(`nan/${name}`, bytes);
const keras = fixture('keras3.15-sequential.keras');
const zeros = Buffer.alloc(300_000_000);

const hostile: readonly (readonly [what: string, file: string, code: number, message: RegExp])[] = [
  [
    'safetensors: offsets beyond the end',
    put('a.safetensors', safetensors({ w: entry([4], [0, 16]), v: entry([1e9], [16, 4e9 + 16]) })),
    1,
    /v/,
  ],
  [
    'safetensors: overlapping tensors',
    put('b.safetensors', safetensors({ w: entry([4], [0, 16]), v: entry([2], [8, 16]) })),
    1,
    /overlap/,
  ],
  [
    'safetensors: an absurd shape',
    put('c.safetensors', safetensors({ w: entry([2 ** 31, 2 ** 31, 4], [0, 16]) })),
    1,
    /shape|bytes/,
  ],
  [
    'safetensors: a header of 2^60 bytes',
    put('d.safetensors', Buffer.concat([Buffer.from('0000000000000010', 'hex'), Buffer.from('{'), Buffer.alloc(50)])),
    1,
    /its header claims/,
  ],
  [
    'safetensors: 24 MB of nesting',
    put('e.safetensors', safetensors(`{"w":${'['.repeat(24_000_000)}`)),
    1,
    /deep|nest/,
  ],
  [
    'safetensors: 24 MB of tensors',
    put(
      'f.safetensors',
      safetensors(
        `{${Array.from({ length: 300_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join(',')}}`,
      ),
    ),
    1,
    /100000|100,000/,
  ],
  ['safetensors: NaN', put('g.safetensors', writeSafetensors(nan)), 0, /1 NaN and 0 infinite/],

  ['h5: terabytes in a kilobyte', put('a.h5', fixture('bomb.h5')), 1, /more than 32 times the file's/],
  ['h5: cut short', put('b.h5', fixture('full-model.h5').subarray(0, 4000)), 1, /shorter than its own header|damaged/],
  ['h5: a link to another file', put('c.h5', fixture('external.h5')), 1, /./],
  ['h5: data that are not there', put('d.h5', fixture('missing-data.h5')), 1, /./],

  [
    'keras: weights that unpack to gigabytes',
    put(
      'a.keras',
      zip([
        { name: 'config.json', data: Buffer.from('{}') },
        { name: 'model.weights.h5', data: zeros, deflate: true },
      ]),
    ),
    1,
    /unpacks to 300000000 bytes/,
  ],
  [
    'keras: a configuration that unpacks to more than it states',
    put(
      'b.keras',
      zip([
        { name: 'config.json', data: zeros, deflate: true, size: 100 },
        { name: 'model.weights.h5', data: Buffer.alloc(8) },
      ]),
    ),
    1,
    /./,
  ],
  [
    'keras: two files over the same bytes',
    put(
      'c.keras',
      zip([
        { name: 'config.json', data: Buffer.from('{}') },
        { name: 'model.weights.h5', data: Buffer.alloc(9), offset: 0 },
      ]),
    ),
    1,
    /overlap|lies beyond/,
  ],
  ['keras: cut short', put('d.keras', keras.subarray(0, keras.length - 30)), 1, /cut short/],

  ['tfjs: a path that leaves the folder', tfjs('up', group(['../secret'])), 1, /outside of its folder/],
  ['tfjs: an absolute path', tfjs('root', group(['/etc/passwd'])), 1, /outside of its folder/],
  ['tfjs: a path with backslashes', tfjs('back', group(['..\\secret'])), 1, /outside of its folder/],
  ['tfjs: an absurd shape', tfjs('absurd', group(['a.bin'], [2 ** 31, 2 ** 31])), 1, /larger than any file/],
  [
    'tfjs: numbers beyond the end',
    tfjs('short', group(['a.bin'], [1e8])),
    1,
    /need 400000000 bytes, but the files have 16/,
  ],
  ['tfjs: nesting', tfjs('deep', `[${'['.repeat(15_000_000)}`), 1, /nested more than 100 deep/],
  ['tfjs: millions of values', tfjs('wide', `[[${'0,'.repeat(7_000_000)}0]]`), 1, /more than 1000000 values/],
  [
    'tfjs: a scale that is infinite',
    tfjs(
      'scale',
      JSON.stringify(group(['a.bin'], [4], { quantization: { dtype: 'uint8', scale: 7, min: 0 } })).replace(
        ':7',
        ':1e999',
      ),
    ),
    1,
    /quantised with scale/,
  ],
  ['tfjs: NaN', join(folder, 'nan/model.json'), 0, /1 NaN and 0 infinite/],

  ['pt: os.system', put('a.pt', torchZip(evil)), 1, /posix\.system/],
  ['pt: a billion laughs', put('b.pt', torchZip(laughs)), 1, /./],
  [
    'pt: a pickle that unpacks to gigabytes',
    put('c.pt', zip([{ name: 'm/data.pkl', data: zeros, deflate: true }])),
    1,
    /./,
  ],
  ['pt: cut short', put('d.pt', fixture('state-dict.zip.pt').subarray(0, 900)), 1, /cut short/],
  ['pt: old form: os.system', put('e.pt', evil), 1, /posix\.system/],
  ['pt: old form: a billion laughs', put('f.pt', laughs), 1, /./],
  ['pt: old form: cut short', put('g.pt', fixture('state-dict.legacy.pt').subarray(0, 700)), 1, /./],
  [
    'pt: old form: a length of gigabytes',
    put('h.pt', Buffer.from('\u0080\u0002X\u00ff\u00ff\u00ff\u007f', 'latin1')),
    1,
    /./,
  ],

  [
    'npz: an array that unpacks to gigabytes',
    put('a.npz', zip([{ name: 'w.npy', data: Buffer.concat([npy('(75000000,)', 0), zeros]), deflate: true }])),
    1,
    /unpacks to 300\d{6} bytes/,
  ],
  [
    'npz: an absurd shape',
    put('b.npz', zip([{ name: 'w.npy', data: npy('(4294967296, 4294967296)', 16) }])),
    1,
    /needs \d+ bytes, but 16 follow/,
  ],
  [
    'npz: two arrays over the same bytes',
    put(
      'c.npz',
      zip([
        { name: 'w.npy', data: npy('(4,)', 16) },
        { name: 'v.npy', data: npy('(4,)', 16), offset: 0 },
      ]),
    ),
    1,
    /overlap|lies beyond/,
  ],
  [
    'npz: objects',
    put('d.npz', zip([{ name: 'w.npy', data: Buffer.concat([npy('()', 0, "'|O'"), evil]) }])),
    1,
    /could run code; nothing was run/,
  ],
  [
    'npz: a path that leaves the folder is only a name',
    put('e.npz', zip([{ name: '../../w.npy', data: npy('(4,)', 16) }])),
    0,
    /\.\.\/\.\.\/w +4/,
  ],
  ['npz: NaN', put('f.npz', writeNpz(nan)), 0, /1 NaN and 0 infinite/],
];

const binary = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/**
 * Run in the process before the app: on its way out it says what it took, where only this test listens. Linux's maxRSS
 * begins with what the parent had, so its own peak is taken where there is one.
 */
const REPORT = `
  import { existsSync, readFileSync, writeSync } from 'node:fs';
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
    const peak = /VmHWM:\\s+(\\d+) kB/.exec(status)?.[1];
    writeSync(3, JSON.stringify({ kilobytes: peak === undefined ? maxRSS : Number(peak), time: userCPUTime + systemCPUTime }));
  });`;

interface Measured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Most memory of the whole process, its 70 MB of program included. */
  readonly bytes: number;
  readonly seconds: number;
}

function measured(args: readonly string[]): Promise<Measured> {
  const report = `data:text/javascript,${encodeURIComponent(REPORT)}`;
  const child = spawn(process.execPath, ['--import', report, binary, ...args], {
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '80' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', '', ''];
  for (const fd of [1, 2, 3]) {
    child.stdio[fd]?.on('data', (data) => {
      texts[fd] += String(data);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      const [, stdout = '', stderr = '', usage = ''] = texts;
      if (usage === '') return reject(new Error(`the app did not run: ${stderr}`));
      const { kilobytes, time } = JSON.parse(usage);
      // Time of the processor: the clock's grows with what else the machine does.
      resolve({ code: code ?? -1, stdout, stderr, bytes: kilobytes * 1024, seconds: time / 1e6 });
    });
  });
}

describe('files made to harm end in one message, within 2 seconds and 200 MB', () => {
  const worst = { seconds: 0, bytes: 0 };
  afterAll(() =>
    console.log(`most of any: ${worst.seconds.toFixed(2)} s of processor, ${(worst.bytes / 1e6).toFixed(0)} MB`),
  );

  it.each(hostile)('%s', async (_, file, code, message) => {
    const result = await measured(['weights', 'inspect', file, '--stats']);
    worst.seconds = Math.max(worst.seconds, result.seconds);
    worst.bytes = Math.max(worst.bytes, result.bytes);
    expect(result.code === 0 ? result.stdout : result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    if (code !== 0)
      expect([result.stdout, result.stderr]).toEqual(['', expect.stringMatching(/^convzoo: [^\n]{10,}\n$/)]);
    expect(existsSync(touched)).toBe(false);
    expect(result.seconds).toBeLessThan(2);
    expect(result.bytes).toBeLessThan(200e6);
  });

  it('a name in a message does not steer the terminal', async () => {
    const name = '\u001b[2J\u202ew';
    const path = put('steer.safetensors', safetensors({ [name]: entry([9], [0, 16]) }));
    const { code, stderr } = await measured(['weights', 'inspect', path]);
    expect(code).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed.
    expect(stderr).toMatch(/^convzoo: [^\u0000-\u001f\u202e]*\[2J.w[^\u0000-\u001f\u202e]*\n$/);
  });

  it('a network with NaN is not classified with', async () => {
    const embedded = fileURLToPath(import.meta.resolve('@convzoo/pretrained-resnet20-cifar10/weights.safetensors'));
    const bytes = readFileSync(embedded);
    bytes.fill(0xff, bytes.length - 4);
    const { code, stdout, stderr } = await measured(['classify', '--weights', put('broken.safetensors', bytes)]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/1 of the \d+ values of "[^"]+" are NaN or infinite/);
  });
});
