import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createImage, encode } from '@convzoo/preprocessing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePictures } from '../src/pictures/samples.js';
import { commandsUnder, parseArgs, wholeProgram } from './parse.js';
import { run } from './run.js';
import { type Call, callsIn, logicalLines } from './shell.js';

// The commands that the READMEs show, run as they stand, in a folder that has the files they name.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const shared = join(root, '../shared');
const places = ['README.md', 'CONTRIBUTING.md', 'apps/node/README.md', 'bench/README.md', 'docs/parity.md'].concat(
  readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
);

/** Blocks of commands: those without a language, or with a shell's. */
function blocksIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, language]) => ['', 'sh', 'bash', 'shell'].includes(language ?? ''))
    .map(([, , text = '']) => text);
}

/** Blocks of what a program wrote begin otherwise than with a command. */
const isCommand = (line: string): boolean => /^(npx|npm start|convzoo|python) ?/.test(line);

const examples = places.flatMap((place) =>
  blocksIn(readFileSync(join(root, place), 'utf8')).flatMap((block) =>
    logicalLines(block)
      .filter(isCommand)
      .flatMap(callsIn)
      .map((call) => [place, call.args.join(' '), call] as const),
  ),
);

/** How an example is run where it is not run as it stands. */
interface Plan {
  /** Why it is not run but parsed only. */
  readonly parsedOnly?: string;
  /** Options that make it short; the last of two counts. */
  readonly add?: readonly string[];
  /** A file that it makes, which must not be there before. */
  readonly without?: string;
}

const noDownloads =
  'it downloads 98 MB that are held to a published checksum, and no such file is here; pulling is tested against a local server (published-weights.test.ts)';
const plans: Readonly<Record<string, Plan>> = {
  'classify cat.jpg --model resnet50 --pull': { parsedOnly: noDownloads },
  'weights pull resnet50': { parsedOnly: noDownloads },
  bench: { add: ['--models', 'resnet20-cifar10', '--backends', 'engine', '--threads', '1', '--runs', '1'] },
  'train resnet20-cifar10 --data cifar10-jpeg.tar.gz': { add: ['--epochs', '1', '--batch', '4'] },
  'new my-net': { without: 'my-net.ts' },
  demo: { parsedOnly: 'npm start itself builds and serves the page (apps/browser tests it)' },
  // The fixture has other names for two more layers.
  'verify my-net.ts --golden my-net.jsonl --rename stage{s:1}=layers.{s:0} --rename stem=conv0': {
    add: ['--rename', 'stem_bn=norm0', '--rename', 'classifier=head'],
  },
  ARGS: { parsedOnly: 'ARGS stands for any' },
};

const folder = mkdtempSync(join(tmpdir(), 'convzoo-readme-'));
const template = join(folder, 'template');
afterAll(() => rmSync(folder, { recursive: true }));

/** A ustar archive: a header of 512 bytes and the file, filled up to blocks of 512. */
function tar(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, bytes] of files) {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    for (const [text, at] of [
      ['0000644\0', 100],
      ['0000000\0', 108],
      ['0000000\0', 116],
      ['00000000000\0', 136],
    ] as const)
      header.write(text, at);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

beforeAll(async () => {
  const put = (name: string, bytes: Uint8Array | string): void => {
    mkdirSync(dirname(join(template, name)), { recursive: true });
    writeFileSync(join(template, name), bytes);
  };
  const [sample = ''] = samplePictures();
  const photo = readFileSync(sample);
  for (const name of ['cat.jpg', 'MY.jpg', 'photos/boats.jpg']) put(name, photo);
  const small = async (seed: number, format: 'png' | 'jpeg') => {
    const image = createImage(32, 32);
    for (let i = 0; i < image.data.length; i++) image.data[i] = (i * seed) % 251;
    return encode(image, { format });
  };
  put('photos/small.png', await small(7, 'png'));
  put('more/of/them.png', await small(11, 'png'));
  const files = new Map<string, Uint8Array>();
  for (const [i, name] of ['cat', 'dog', 'ship', 'frog'].entries())
    for (const split of ['train', 'test']) files.set(`cifar10/${split}/${name}/0001.jpg`, await small(13 + i, 'jpeg'));
  put('cifar10-jpeg.tar.gz', gzipSync(tar(files)));
  // Any file of torch's will do to be converted and looked at.
  put('resnet18.pth', readFileSync(join(root, 'packages/weights/test/fixtures/state-dict.zip.pt')));
  const records = readFileSync(join(root, 'fixtures/goldens/torch-eval.jsonl'), 'utf8').split('\n');
  put('resnet18.jsonl', `${records.find((line) => /"model": ?"resnet18"/.test(line)) ?? ''}\n`);
  put('my-net.ts', readFileSync(join(root, 'examples/my-net.ts')));
  put('examples/my-net.ts', readFileSync(join(root, 'examples/my-net.ts')));
  put('my-net.jsonl', readFileSync(join(root, 'fixtures/parity/my-net.jsonl')));
  put('model.keras', readFileSync(join(root, 'fixtures/keras-import/files/nested-keras3.keras')));
  put('names.txt', 'left\nmiddle\nright\n');
  mkdirSync(join(template, 'cache'));
});

let count = 0;
/** A folder of its own for each example, so that none depends on what another wrote. */
function workFolder({ without }: Plan): string {
  const cwd = join(folder, `run-${count++}`);
  cpSync(template, cwd, { recursive: true });
  const weights = join(shared, 'weights/keras/mobilenet_v2_1.0_224.h5');
  if (existsSync(weights)) symlinkSync(weights, join(cwd, 'mobilenet_v2_1.0_224.h5'));
  if (without !== undefined) rmSync(join(cwd, without));
  return cwd;
}

/** Records that were made with other names for layers, where an example renames them. */
function prepare(cwd: string, { args }: Call): void {
  if (args.includes('--rename'))
    writeFileSync(join(cwd, 'my-net.jsonl'), readFileSync(join(root, 'fixtures/parity/renamed-net.jsonl')));
}

describe('the examples of the READMEs', { timeout: 180_000 }, () => {
  it('are found in every place that has some, and plans are of examples that are there', () => {
    const where = new Set(examples.map(([place]) => place));
    for (const place of ['README.md', 'apps/node/README.md', 'docs/parity.md']) expect(where).toContain(place);
    const known = new Set(examples.map(([, name]) => name));
    for (const name of Object.keys(plans)) if (name !== 'ARGS') expect(known).toContain(name);
  });

  const unique = [...new Map(examples.map(([place, name, call]) => [name, [place, name, call] as const])).values()];
  it.each(unique)('%s: convzoo %s', async (_place, _name, call) => {
    expect(await parseArgs(call.args)).not.toBe('help');
  });

  it.for(unique)('%s runs: convzoo %s', async ([, name, call], { skip }) => {
    const plan = plans[name] ?? {};
    const isMissing = name.includes('mobilenet_v2_1.0_224.h5') && !existsSync(join(shared, 'weights'));
    const reason = plan.parsedOnly ?? (isMissing ? '../shared is missing' : undefined);
    skip(reason !== undefined, `parsed only: ${reason}`);
    const cwd = workFolder(plan);
    prepare(cwd, call);
    const env = { CONVZOO_CACHE: join(cwd, 'cache'), CONVZOO_OFFLINE: '1' };
    const { code, stdout, stderr } = await run([...call.args, ...(plan.add ?? [])], { cwd, env });
    expect(stderr).not.toMatch(/^\s+at .*\.js:\d+/m);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const wrote = call.args.flatMap((arg, i) =>
      /^(-o|--output|--svg|--html)$/.test(call.args[i - 1] ?? '') ? [arg] : [],
    );
    for (const file of wrote) if (!file.startsWith('-')) expect(existsSync(join(cwd, file)), file).toBe(true);
    if (wrote.length === 0 && !call.args.includes('verify')) expect(stdout).not.toBe('');
  });
});

describe('the README of the command line', () => {
  it('has an example of every command', async () => {
    const shown = new Set(examples.filter(([place]) => place === 'apps/node/README.md').map(([, name]) => name));
    const names = commandsUnder(await wholeProgram()).filter(
      ([, command]) => command.commands.length === 0 || command.name() === 'cost',
    );
    for (const [path] of names)
      expect(
        [...shown].some((name) => `${name} `.startsWith(`${path} `)),
        path,
      ).toBe(true);
  });

  it('names in running text only what parses', async () => {
    for (const place of places) {
      const text = readFileSync(join(root, place), 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
      // COMMAND and ... stand for something else.
      const named = [...text.matchAll(/`((?:npx convzoo|convzoo|npm start --) [^`]+)`/g)].map(([, code = '']) => code);
      for (const code of named.filter((each) => !/COMMAND|ARGS|\.\.\./.test(each)))
        for (const { args } of callsIn(code))
          await expect(parseArgs(args), `${place}: ${code}`).resolves.toBeTypeOf('string');
    }
  });
});
