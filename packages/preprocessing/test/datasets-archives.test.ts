import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTar, tarTree, webDataset } from '../src/datasets/index.js';
import { DatasetError } from '../src/index.js';
import { all, gzipSync, sourceOf, tarHeader, tarOf, text } from './support/archives.js';

const everything = { wanted: () => true };

/** What a reading ends in. */
async function failure(run: () => AsyncIterable<unknown>): Promise<Error> {
  const reason = await all(run()).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(DatasetError);
  return reason as Error;
}

describe('readTar', () => {
  test('plain and gzipped, in chunks of any size, with long names and non-ASCII ones', async () => {
    const long = `${'folder/'.repeat(40)}picture.jpg`;
    const files = [
      ['a.txt', text('hello')],
      [long, text('long')],
      ['Bäume/ünïcode-\u{1f33b}.jpg', text('umlaut')],
      ['empty', new Uint8Array(0)],
      ['large', new Uint8Array(70_000).fill(7)],
    ] as const;
    const archive = await tarOf(files);
    for (const bytes of [archive, gzipSync(archive)]) {
      for (const chunk of [1, 511, 512, 4096, 1e6]) {
        const read = await all(readTar(sourceOf(bytes, { chunk: chunk === 1 ? 97 : chunk }), everything));
        expect(read.map(({ name, bytes: body }) => [name, body.length])).toEqual(files.map(([n, b]) => [n, b.length]));
        expect(read.map(({ bytes: body }) => [...body.subarray(0, 9)])).toEqual(
          files.map(([, b]) => [...b.subarray(0, 9)]),
        );
      }
    }
  });

  test('GNU long names', async () => {
    const name = `${'g'.repeat(150)}.jpg`;
    const body = new Uint8Array(512);
    body.set(text(name));
    const parts = [tarHeader('././@LongLink', '00000000233\0', 'L'), body, tarHeader('short', '00000000000\0')];
    const archive = Uint8Array.from([...parts, new Uint8Array(1024)].flatMap((part) => [...part]));
    expect((await all(readTar(sourceOf(archive), everything))).map((file) => file.name)).toEqual([name]);
  });

  test('what is not wanted is not kept, links and folders are passed over', async () => {
    const parts = [
      tarHeader('folder/', '00000000000\0', '5'),
      tarHeader('link', '00000000000\0', '2'),
      tarHeader('a', '00000000000\0'),
      tarHeader('b', '00000000000\0'),
      new Uint8Array(1024),
    ];
    const archive = Uint8Array.from(parts.flatMap((part) => [...part]));
    const asked: string[] = [];
    const wanted = (name: string): boolean => {
      asked.push(name);
      return name === 'b';
    };
    expect((await all(readTar(sourceOf(archive), { wanted }))).map(({ name }) => name)).toEqual(['b']);
    expect(asked).toEqual(['a', 'b']);
  });

  test('a source is let go of where the reading stops early', async () => {
    const archive = await tarOf(Array.from({ length: 50 }, (_, n) => [`${n}`, new Uint8Array(2000)] as const));
    let open = 0;
    const source = sourceOf(archive);
    const counted = {
      name: source.name,
      async *open() {
        open += 1;
        try {
          yield* source.open() as AsyncIterable<Uint8Array>;
        } finally {
          open -= 1;
        }
      },
    };
    for await (const { name } of readTar(counted, everything)) if (name === '3') break;
    expect(open).toBe(0);
  });
});

describe('hostile archives', () => {
  test('a size beyond the limit is refused before anything is allocated', async () => {
    // 8 GiB less one byte, the largest that octal digits can say, in a file of 1.5 kB.
    const archive = Uint8Array.from([...tarHeader('huge.jpg', '77777777777\0'), ...new Uint8Array(1024)]);
    const error = await failure(() => readTar(sourceOf(archive), everything));
    expect(error.message).toMatch(/memory\.tar: huge\.jpg has 8589934591 bytes, more than the 268435456/);
    const small = await tarOf([['x.jpg', new Uint8Array(2000)]]);
    const refused = await failure(() => readTar(sourceOf(small), { ...everything, maxEntryBytes: 1999 }));
    expect(refused.message).toMatch(/x\.jpg has 2000 bytes/);
  });

  test('sizes that are no numbers, and base-256 ones that are negative or absurd', async () => {
    for (const size of [
      'zzzzzzzzzzz\0',
      '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
      '\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
    ]) {
      const header = tarHeader('x', '00000000000\0');
      header.set(
        Uint8Array.from(size, (character) => character.charCodeAt(0)),
        124,
      );
      header.fill(32, 148, 156);
      const sum = header.reduce((total, value) => total + value, 0);
      header.set(text(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
      await failure(() => readTar(sourceOf(Uint8Array.from([...header, ...new Uint8Array(1024)])), everything));
    }
  });

  test('a bomb: 1 GB of zeros in 1 MB of gzip is refused at its header', async () => {
    // gzip members may follow one another: a thousand times a megabyte.
    const zeros = gzipSync(new Uint8Array(2 ** 20));
    const head = gzipSync(tarHeader('zeros.jpg', '10000000000\0'));
    const bomb = {
      name: 'bomb.tar.gz',
      async *open() {
        yield head;
        for (let n = 0; n < 1024; n++) yield zeros;
      },
    };
    const before = process.memoryUsage().rss;
    const error = await failure(() => readTar(bomb, everything));
    expect(error.message).toMatch(/zeros\.jpg has 1073741824 bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
  });

  test('names that lead elsewhere are only names', async () => {
    const archive = await tarOf([['../../etc/cat/passwd.jpg', text('x')]]);
    const set = tarTree([sourceOf(archive)], { classes: ['cat'] });
    expect((await all(set.read())).map(({ name, label }) => [name, label])).toEqual([
      ['memory.tar, ../../etc/cat/passwd.jpg', 0],
    ]);
  });

  test('control characters of a name do not reach the terminal', async () => {
    const archive = await tarOf([['whale/\u001b[2J.jpg', text('x')]]);
    const error = await failure(() => tarTree([sourceOf(archive)], { classes: ['cat'] }).read());
    expect(error.message).not.toContain('\u001b');
    expect(error.message).toContain('\\u{1b}');
  });

  test('every cut of an archive is an error with its name, or leaves whole files', async () => {
    const archive = await tarOf([
      ['a/cat/1.jpg', new Uint8Array(700).fill(1)],
      ['a/cat/2.jpg', new Uint8Array(5).fill(2)],
    ]);
    const zipped = gzipSync(archive);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.double({ min: 0, max: 0.999, noNaN: true }), async (gz, share) => {
        const whole = gz ? zipped : archive;
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        const names: string[] = [];
        const reason = await (async () => {
          for await (const { name, bytes } of readTar(sourceOf(cut, { name: 'cut.tar' }), everything)) {
            names.push(`${name} ${bytes.length}`);
          }
        })().catch((error: unknown) => error);
        expect(reason).toBeInstanceOf(DatasetError);
        expect((reason as Error).message).toMatch(/^cut\.tar: /);
        expect(['a/cat/1.jpg 700', 'a/cat/2.jpg 5'].slice(0, names.length)).toEqual(names);
      }),
      { numRuns: 150 },
    );
  });

  test('changed bytes never do worse than a DatasetError', async () => {
    const archive = await tarOf([
      ['a/cat/1.jpg', new Uint8Array(700).fill(1)],
      [`${'deep/'.repeat(30)}2.jpg`, new Uint8Array(5).fill(2)],
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        async (changes) => {
          const changed = archive.slice();
          for (const [at, value] of changes) changed[at] = value;
          const reason = await all(readTar(sourceOf(changed), { ...everything, maxEntryBytes: 1e6 })).catch(
            (error: unknown) => error,
          );
          expect(Array.isArray(reason) || reason instanceof DatasetError).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('no archive at all', async () => {
    for (const bytes of [text('<!doctype html>'.repeat(100)), Uint8Array.of(0x1f), Uint8Array.of(0x1f, 0x8b, 8)]) {
      expect((await failure(() => readTar(sourceOf(bytes), everything))).message).toMatch(/^memory\.tar: /);
    }
    const broken = {
      name: 'gone.tar',
      // biome-ignore lint/correctness/useYield: it fails before it could
      async *open(): AsyncGenerator<Uint8Array> {
        throw new Error('EIO');
      },
    };
    expect((await failure(() => readTar(broken, everything))).message).toMatch(/gone\.tar: .*EIO/);
  });
});

describe('tarTree', () => {
  test('labels by the folder, numbers by the place in the archive', async () => {
    const archive = await tarOf([
      ['set/train/dog/b.jpg', text('1')],
      ['set/README.md', text('x')],
      ['set/test/dog/c.jpg', text('2')],
      ['set/train/cat/a.PNG', text('3')],
    ]);
    const options = { classes: ['cat', 'dog'], under: 'train' };
    const set = tarTree([sourceOf(archive), sourceOf(archive, { name: 'two.tar' })], options);
    const samples = await all(set.read());
    expect(samples.map(({ label, bytes }) => [label, bytes[0]])).toEqual([
      [1, 49],
      [0, 51],
      [1, 49],
      [0, 51],
    ]);
    expect(samples.map(({ index }) => index)).toEqual([0, 1, 2 ** 32, 2 ** 32 + 1]);
    expect(samples[3]?.name).toBe('two.tar, set/train/cat/a.PNG');
    expect((await all(tarTree([sourceOf(archive)], { classes: ['cat', 'dog'] }).read())).length).toBe(3);
  });

  test('a folder that is no class, and an archive without a picture', async () => {
    const archive = await tarOf([['set/train/whale/b.jpg', text('1')]]);
    const strange = await failure(() => tarTree([sourceOf(archive)], { classes: ['cat'] }).read());
    expect(strange.message).toMatch(/set\/train\/whale\/b\.jpg is in a folder that is not one of the 1 classes/);
    const none = await failure(() => tarTree([sourceOf(archive)], { classes: ['cat'], under: 'test' }).read());
    expect(none.message).toMatch(/no picture is named \.\.\.\/test\/CLASS\/NAME\.jpg/);
  });
});

describe('webDataset', () => {
  const classes = ['a', 'b', 'c'];

  test('files with the same name up to the first dot are a sample', async () => {
    const archive = await tarOf([
      ['x/0001.jpg', text('picture 1')],
      ['x/0001.cls', text('2\n')],
      ['x/0001.seg.png', text('mask')],
      ['x/0002.cls', text('0')],
      ['x/0002.JPEG', text('picture 2')],
      ['y/0002.png', text('picture 3')],
      ['y/.hidden.png', text('no')],
      ['y/0002.cls', text('1')],
    ]);
    const samples = await all(webDataset([sourceOf(archive)], { classes }).read());
    expect(samples.map(({ index, label, bytes }) => [index, label, new TextDecoder().decode(bytes)])).toEqual([
      [0, 2, 'picture 1'],
      [1, 0, 'picture 2'],
      [2, 1, 'picture 3'],
    ]);
    expect(samples[1]?.name).toBe('memory.tar, x/0002.jpeg');
  });

  test('another label, another picture', async () => {
    const archive = await tarOf([
      ['1.jpg', text('no')],
      ['1.mask.png', text('yes')],
      ['1.json', text('{"class": 2}')],
    ]);
    const label = (files: ReadonlyMap<string, Uint8Array>) =>
      (JSON.parse(new TextDecoder().decode(files.get('json'))) as { class: number }).class;
    const [sample] = await all(webDataset([sourceOf(archive)], { classes, label, pictures: ['mask.png'] }).read());
    expect([sample?.label, new TextDecoder().decode(sample?.bytes)]).toEqual([2, 'yes']);
  });

  test('shards come in another order with a shuffle, and the samples keep their numbers', async () => {
    const shards = await Promise.all(
      [0, 1, 2, 3].map(async (n) =>
        sourceOf(
          await tarOf([
            [`${n}.jpg`, text('x')],
            [`${n}.cls`, text('0')],
          ]),
          { name: `${n}.tar` },
        ),
      ),
    );
    const { createRandom } = await import('../src/index.js');
    const set = webDataset(shards, { classes });
    const plain = await all(set.read());
    const orders = [1, 2, 3].map((seed) => all(set.read(createRandom(seed))));
    for (const order of await Promise.all(orders)) {
      expect(order.toSorted((a, b) => a.index - b.index)).toEqual(plain);
    }
    const names = (await Promise.all(orders)).map((order) => order.map(({ name }) => name).join());
    expect(new Set(names).size).toBeGreaterThan(1);
  });

  test.each([
    ['no label', [['1.jpg', 'x']], /1: no \.cls file with an integer, got ""/],
    [
      'a label that is no number',
      [
        ['1.jpg', 'x'],
        ['1.cls', 'cat'],
      ],
      /got "cat"/,
    ],
    [
      'a label beyond the classes',
      [
        ['1.jpg', 'x'],
        ['1.cls', '3'],
      ],
      /the label is 3, expected 0 to 2/,
    ],
    [
      'no picture',
      [
        ['1.txt', 'x'],
        ['1.cls', '0'],
      ],
      /no picture among \.txt, \.cls/,
    ],
    [
      'a file twice',
      [
        ['1.jpg', 'x'],
        ['1.jpg', 'y'],
      ],
      /1 has \.jpg twice/,
    ],
  ] as const)('%s', async (_, files, message) => {
    const archive = await tarOf(files.map(([name, body]) => [name, text(body)] as const));
    expect((await failure(() => webDataset([sourceOf(archive)], { classes }).read())).message).toMatch(message);
  });
});
