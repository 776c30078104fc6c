/**
 * The same answers on every backend, through the built command: real weights on the 100 pictures of ../shared, which a fresh clone
 * does not have. The same five classes in the same order, with probabilities within 1e-3; only classes that are within 1e-3 of each
 * other may change places.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { backendNames } from '../src/backend-names.js';
import { run } from './run.js';

const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url));
const pictures = `${shared}images/imagenet-compatible`;
const isHere = existsSync(pictures) && existsSync(`${shared}weights`);
if (!isHere) console.warn('skipped: answers on every backend, for the weights and pictures of ../shared are not here');

const TOLERANCE = 1e-3;

interface Answer {
  readonly image: string;
  readonly top: readonly { readonly index: number; readonly probability: number }[];
}

const networks: readonly { readonly model: string; readonly options: readonly string[] }[] = [
  { model: 'mobilenet_v2', options: ['--weights', `${shared}weights/keras/mobilenet_v2_1.0_224.h5`] },
  {
    model: 'squeezenet1_0',
    options: [
      ...['--weights', `${shared}weights/safetensors/squeezenet1_0_imagenet.safetensors`],
      ...['--input', '227', '--preset', 'imagenet-caffe-rgb'],
    ],
  },
];

/** Six classes, so that a class may leave the first five for one that is as probable. */
async function answers(
  network: readonly string[],
  options: readonly string[],
  files: readonly string[] = [pictures],
): Promise<readonly Answer[] | undefined> {
  const args = ['classify', ...files, '--model', ...network, '--top', '6', '--jsonl', '-q', ...options];
  const { code, stdout, stderr } = await run(args);
  if (/is not there/.test(stderr)) return undefined;
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Places of the first five that have another class, though of the same probability; fails on any other difference. */
function ties(ours: Answer, theirs: Answer): number {
  const probabilities = new Map(theirs.top.map(({ index, probability }) => [index, probability]));
  let places = 0;
  ours.top.slice(0, 5).forEach(({ index, probability }, rank) => {
    const [there, name] = [theirs.top[rank], `${ours.image}, place ${rank + 1}`];
    expect(Math.abs(probability - (there?.probability ?? 1)), name).toBeLessThan(TOLERANCE);
    if (there?.index === index) return;
    places++;
    // It stands elsewhere, as probable.
    expect(Math.abs(probability - (probabilities.get(index) ?? probability)), name).toBeLessThan(TOLERANCE);
  });
  return places;
}

describe.skipIf(!isHere).each(networks)('$model', ({ model, options: own }) => {
  const network = [model, ...own];
  it('answers alike on every backend', { timeout: 600_000 }, async (context) => {
    const reference = (await answers(network, ['--backend', 'engine', '--threads', '1'])) ?? [];
    expect(reference).toHaveLength(100);
    const others = [
      ...[['engine', '--threads', '2', '--batch', '7'], ['ort'], ['tensorflow'], ['wasm']],
      ...(process.env['CONVZOO_FULL'] === '1' ? [['cpu']] : []),
    ];
    expect(new Set(['cpu', ...others.map(([name]) => name)])).toEqual(new Set(backendNames));
    const told: string[] = [];
    for (const [name = '', ...options] of others) {
      // Plain JavaScript takes seconds a picture: it gets one in ten.
      const every = name === 'cpu' ? 10 : 1;
      const expected = reference.filter((_, i) => i % every === 0);
      const files = name === 'cpu' ? expected.map(({ image }) => image) : undefined;
      const found = await answers(network, ['--backend', name, ...options], files);
      if (found === undefined) {
        told.push(`${name} not there`);
        continue;
      }
      expect(found.map(({ image }) => image)).toEqual(expected.map(({ image }) => image));
      const tied = found.reduce((sum, answer, i) => sum + ties(answer, expected[i] as Answer), 0);
      told.push(`${name} ${tied} places of ties in ${found.length} pictures`);
      // One in a hundred places would be no tie any more.
      expect(tied).toBeLessThanOrEqual(5);
    }
    console.info(`${model} against the engine on 1 thread: ${told.join(', ')}`);
    if (told.length === 0) context.skip('no other backend is here');
  });
});
