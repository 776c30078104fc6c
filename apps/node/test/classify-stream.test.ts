/** classify over many pictures: lines as they come, batches, workers, breaks, pipes. */
import { execFile } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePictures } from '../src/pictures/samples.js';
import { run, runUntil } from './run.js';

const binary = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../fixtures/preprocessing/images/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [airplane = '', boats = ''] = samplePictures();
const here = { cwd: folder };
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** One small picture under many names. */
function many(name: string, count: number): string {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, `${name}.bmp`), readFileSync(`${fixtures}bmp-rgb24.bmp`));
  for (let i = 0; i < count; i++)
    linkSync(join(folder, `${name}.bmp`), join(folder, name, `${String(i).padStart(5, '0')}.bmp`));
  return name;
}

beforeAll(() => {
  mkdirSync(join(folder, 'mixed'));
  const files = [
    airplane,
    `${fixtures}broken-text.png`,
    boats,
    `${fixtures}bmp-rgb24.bmp`,
    `${fixtures}broken-empty.png`,
  ];
  files.forEach((file, i) => {
    writeFileSync(join(folder, 'mixed', `${i}${file.slice(file.lastIndexOf('.'))}`), readFileSync(file));
  });
});

const parse = (lines: string): readonly { image: string; top?: unknown; error?: { code: string } }[] =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('classify --jsonl', () => {
  it('is a line for each picture, in order, broken ones in their place: what --json has', async () => {
    const [lines, array] = await Promise.all([
      run(['classify', 'mixed', '--jsonl'], here),
      run(['classify', 'mixed', '--json'], here),
    ]);
    expect([lines.code, array.code]).toEqual([1, 1]);
    expect(parse(lines.stdout)).toEqual(JSON.parse(array.stdout));
    expect(parse(lines.stdout).map(({ error }) => error?.code)).toEqual([
      undefined,
      'not-an-image',
      undefined,
      undefined,
      'empty-file',
    ]);
  });

  it.each([
    ['--batch', '2'],
    ['--batch', '64', '--workers', '0'],
    ['--workers', '2'],
    ['--workers', '1', '--batch', '3'],
  ])('gives the same bytes with %s %s %s %s', async (...options) => {
    const one = await run(['classify', 'mixed', '--jsonl', '--workers', '0'], here);
    const other = await run(['classify', 'mixed', '--jsonl', ...options.filter((each) => each !== undefined)], here);
    expect(other.stdout).toBe(one.stdout);
  });

  it('reads a picture, or names, from standard input', async () => {
    const stdin = readFileSync(airplane);
    const piped = await run(['classify', '-', '--jsonl'], { ...here, stdin });
    const [named] = parse((await run(['classify', 'mixed/0.jpg', '--jsonl'], here)).stdout);
    expect(parse(piped.stdout)).toEqual([{ ...named, image: '-' }]);
    expect((await run(['classify', '-'], { ...here, stdin })).stdout).toMatch(/^\n-\n/);
    const list = await run(['classify', '--files-from', '-', '--jsonl'], {
      ...here,
      stdin: 'mixed/3.bmp\r\n\nmixed/[gone].jpg\nmixed/0.jpg\nmixed/3.bmp\n',
    });
    expect(parse(list.stdout).map(({ image }) => image)).toEqual(['mixed/3.bmp', 'mixed/[gone].jpg', 'mixed/0.jpg']);
    const empty = await run(['classify', '-', '--jsonl'], { ...here, stdin: '' });
    expect([empty.code, parse(empty.stdout)[0]?.error?.code]).toEqual([1, 'empty-file']);
  });

  it.skipIf(process.platform === 'win32')('ends quietly where the reader has seen enough', async () => {
    const command = `"${process.execPath}" "${binary}" classify ${many('pipe', 300)} --jsonl -q | head -1`;
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], here);
    expect([parse(stdout).length, stderr]).toEqual([1, '']);
  });

  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['--json', '--jsonl'], /--json is one array at the end/],
    [['--resume'], /--resume goes on with the file of --output; name it/],
    [['-', '--files-from', '-'], /either a picture \(-\) or names/],
    [['--files-from', 'none.txt'], /none\.txt: there is no such file/],
    [['--workers', '100'], /at most 64/],
    [['mixed', '-o', 'mixed'], /mixed is a folder/],
  ];
  it.each(mistakes)('%j is refused', async (args, message) => {
    const { code, stdout, stderr } = await run(['classify', ...args], here);
    expect([code > 0, stdout]).toEqual([true, '']);
    expect(stderr).toMatch(message);
  });
});

describe('classify --output', () => {
  const args = ['classify', 'mixed', '-o', 'answers.jsonl'];

  it('goes on after a break, wherever it was, to the same bytes and the same exit code', async () => {
    const whole = await run(args, here);
    expect([whole.code, whole.stdout]).toEqual([1, '']);
    const lines = read('answers.jsonl');
    expect(lines).toBe((await run(['classify', 'mixed', '--jsonl'], here)).stdout);
    const again = await run(args, here);
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/there already\. --resume goes on/)]);
    const second = lines.indexOf('\n') + 1;
    for (const bytes of [0, 10, second, second + 25, lines.length - 1, lines.length]) {
      writeFileSync(join(folder, 'answers.jsonl'), lines.slice(0, bytes));
      const resumed = await run([...args, '--resume'], here);
      expect([resumed.code, read('answers.jsonl') === lines], `cut at ${bytes}`).toEqual([1, true]);
    }
  }, 60_000);

  it('does not mix answers of two networks, nor write into other files', async () => {
    writeFileSync(join(folder, 'other.jsonl'), '{"image":"a.jpg","model":"vgg16","top":[]}\n');
    writeFileSync(join(folder, 'notes.txt'), 'hello\nworld\n');
    for (const [file, message] of [
      ['other.jsonl', /other\.jsonl, line 1, is of vgg16, and this is resnet20-cifar10/],
      ['notes.txt', /notes\.txt, line 1, is no answer of classify/],
    ] as const) {
      const before = read(file);
      const { code, stderr } = await run(['classify', 'mixed', '-o', file, '--resume'], here);
      expect([code, stderr, read(file)]).toEqual([2, expect.stringMatching(message), before]);
    }
  });

  it.skipIf(process.platform === 'win32')('stops at a signal after whole lines, and is resumed', async () => {
    const output = join(folder, 'stopped.jsonl');
    const command = ['classify', join(folder, many('signal', 400)), '-o', output];
    const stopped = await runUntil(command, /Backend:/, 'SIGINT');
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringMatching(/Stopped after \d+ of 400 pictures\./)]);
    const there = parse(readFileSync(output, 'utf8')).length;
    expect(there).toBeGreaterThan(0);
    expect(there).toBeLessThan(400);
    const resumed = await run([...command, '--resume']);
    expect([resumed.code, resumed.stderr]).toEqual([
      0,
      expect.stringContaining(`${there} of 400 pictures are answered`),
    ]);
    expect(new Set(parse(readFileSync(output, 'utf8')).map(({ image }) => image)).size).toBe(400);
  });

  it.skipIf(!existsSync('/dev/full'))('says in one line that the disk is full', async () => {
    const { code, stderr } = await run(['classify', 'mixed', '-q', '-o', '/dev/full'], here);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^convzoo: \/dev\/full cannot be written: ENOSPC.*\n/)]);
  });
});

describe('classify over thousands of pictures', () => {
  it('takes no more memory than over hundreds, and answers all', async () => {
    const told = join(folder, 'told.mjs');
    writeFileSync(told, "process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS));");
    const peak = async (pictures: number): Promise<number> => {
      const args = ['classify', many(`many-${pictures}`, pictures), '--jsonl', '-q', '--batch', '8', '--workers', '2'];
      const { code, stdout, stderr } = await run(args, {
        ...here,
        env: { NODE_OPTIONS: `--import=${pathToFileURL(told).href}` },
      });
      expect([code, parse(stdout).length]).toEqual([0, pictures]);
      return Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
    };
    const [one, few, lots] = [await peak(1), await peak(200), await peak(4000)];
    // Megabytes: 4000 decoded pictures would be some hundreds more; garbage that is not collected yet is some tens.
    expect(lots - few).toBeLessThan(60);
    // Over the program with the network and one picture: workers, a batch, pictures on their way.
    expect(lots - one).toBeLessThan(200);
  }, 180_000);
});
