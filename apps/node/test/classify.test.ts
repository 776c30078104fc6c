import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { samplePictures } from '../src/pictures/samples.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-classify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [airplane = '', boats = ''] = samplePictures();
mkdirSync(join(folder, 'photos/deep'), { recursive: true });
copyFileSync(airplane, join(folder, 'photos/airplane.jpg'));
copyFileSync(boats, join(folder, 'photos/deep/[boats].JPG'));
writeFileSync(join(folder, 'photos/notes.txt'), 'no picture');

interface Answer {
  readonly image: string;
  readonly model: string;
  readonly backend: string;
  readonly top?: readonly { readonly index: number; readonly label: string; readonly probability: number }[];
  readonly error?: { readonly code: string; readonly message: string };
}

async function answers(args: readonly string[]): Promise<{ code: number; answers: readonly Answer[]; stderr: string }> {
  const { code, stdout, stderr } = await run([...args, '--json'], { cwd: folder });
  return { code, answers: JSON.parse(stdout), stderr };
}

describe('convzoo', () => {
  it('without arguments classifies the sample pictures and says with what, why, how fast and at what cost', async () => {
    const { code, stdout, stderr } = await run([]);
    expect(code).toBe(0);
    for (const sample of ['airplane-from-above', 'nagasaki-boats']) expect(stdout).toContain(`${sample} (sample)`);
    expect(stdout.match(/\d ms \(decode \d+, preprocess \d+, network \d+\)/g)).toHaveLength(2);
    expect(stdout).toMatch(/269\.72 k parameters, .* 40\.55 M MACs = 81\.10 M FLOPs/);
    expect(stderr).toMatch(/Network: resnet20-cifar10, .*preprocessing cifar10/);
    expect(stderr).toMatch(/Backend: engine, the default: .*SIMD/);
  });

  it.each([80, 160, 50])('keeps within %i columns', async (columns) => {
    const { stdout } = await run(['classify', '--top', '5'], { columns });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('draws no empty bar: no colour without letters, no spaces at the end', async () => {
    const { stdout } = await run(['classify', '--top', '10', '--color']);
    const shown = stdout.replaceAll('\u001b', '^');
    expect(shown).toContain('^[36m█');
    expect(shown).not.toMatch(/\^\[36m\^|[ ](\^\[\d+m)*$/m);
  });

  it('refuses a word that is no command, but answers a picture of that name in its place after classify', async () => {
    expect(await run(['banana'], { cwd: folder })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /no command and no picture called "banana"\. "convzoo --help" lists the commands\./,
      ),
    });
    const named = await answers(['classify', 'banana']);
    expect([named.code, named.answers[0]?.error?.code]).toEqual([1, expect.stringMatching(/./)]);
  });

  it('answers in JSON: an entry a picture, probabilities in order', async () => {
    const { code, answers: list, stderr } = await answers(['classify', 'photos/deep/[boats].JPG', '--top', '10']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(list).toHaveLength(1);
    const [{ image, model, backend, top = [] } = {} as Answer] = list;
    expect([image, model, backend]).toEqual(['photos/deep/[boats].JPG', 'resnet20-cifar10', 'engine']);
    expect(top).toHaveLength(10);
    expect(new Set(top.map(({ index }) => index)).size).toBe(10);
    expect(top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(top.map(({ probability }) => probability)).toEqual(
      top.map(({ probability }) => probability).sort((a, b) => b - a),
    );
    expect(top[0]?.label).toBe('ship');
  });

  it('takes files, folders and patterns together, each picture once and in order', async () => {
    const { answers: list } = await answers(['classify', 'photos/airplane.jpg', 'photos', 'photos/**/*.jpg']);
    expect(list.map(({ image }) => image)).toEqual(['photos/airplane.jpg', join('photos', 'deep/[boats].JPG')]);
  });

  it('gives a name with brackets its literal meaning where that file exists', async () => {
    const { code, answers: list } = await answers(['classify', 'photos/deep/[boats].JPG']);
    expect(code).toBe(0);
    expect(list[0]?.top).toHaveLength(3);
  });

  it.each(['cpu', 'wasm'])('gives the same answer on %s as by default', async (backend) => {
    const {
      answers: [chosen],
    } = await answers(['classify', 'photos/airplane.jpg']);
    const {
      answers: [other],
    } = await answers(['classify', 'photos/airplane.jpg', '--backend', backend]);
    expect(other?.backend).toBe(backend);
    expect(other?.top?.map(({ label }) => label)).toEqual(chosen?.top?.map(({ label }) => label));
    for (const [i, { probability }] of (other?.top ?? []).entries()) {
      expect(probability).toBeCloseTo(chosen?.top?.[i]?.probability ?? -1, 4);
    }
  });

  it('gives the same answer with one thread of the engine as with two', async () => {
    const args = ['classify', 'photos', '--backend', 'engine', '--threads'];
    const [one, two] = [await answers([...args, '1']), await answers([...args, '2'])];
    expect(one.answers).toHaveLength(2);
    expect(two.answers).toEqual(one.answers);
  });

  it('refuses threads for a backend that has its own', async () => {
    const { code, stderr } = await run(['classify', '--backend', 'wasm', '--threads', '2']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--threads is for engine and ort/);
  });

  it('reports broken pictures in their place and goes on', async () => {
    const fixtures = fileURLToPath(new URL('../../../fixtures/preprocessing/images/', import.meta.url));
    const files = ['broken-empty.png', 'broken-text.png', 'broken-huge.png', 'broken-truncated.jpg'].map(
      (name) => fixtures + name,
    );
    const { code, answers: list } = await answers(['classify', ...files, 'gone.jpg', 'photos/airplane.jpg']);
    expect(code).toBe(1);
    expect(list.map(({ error }) => error?.code)).toEqual([
      'empty-file',
      'not-an-image',
      'image-too-large',
      'truncated-image',
      'no-such-file',
      undefined,
    ]);
    for (const { error, top } of list) expect(error === undefined).toBe(top !== undefined);
  });
});
