import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { presets } from '@convzoo/preprocessing';
import { afterAll, expect, it } from 'vitest';
import { workerPreparer } from '../src/stream/pool.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-workers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Answers with the length of a name, and dies of some. */
const script = join(folder, 'worker.mjs');
writeFileSync(
  script,
  `import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, picture }) => {
    if (picture.name === 'exit') process.exit(3);
    if (picture.name === 'throw') throw new Error('no luck');
    parentPort.postMessage({ id, outcome: { data: new Float32Array(picture.name.length), shape: [], decode: 0, preprocess: 0 } });
  });`,
);

it.each([1, 2, 3])('with %i workers, a picture that kills its worker is its own failure only', async (workers) => {
  await using pool = workerPreparer(workers, presets.cifar10, pathToFileURL(script));
  const names = ['a', 'exit', 'bb', 'throw', 'exit', 'ccc', 'dddd', 'throw'];
  const outcomes = await Promise.all(names.map((name) => pool.prepare({ name })));
  expect(outcomes.map((outcome) => ('data' in outcome ? outcome.data.length : outcome.failure))).toEqual(
    names.map((name) =>
      name === 'exit' || name === 'throw'
        ? {
            code: 'worker-died',
            message: expect.stringMatching(new RegExp(`^${name}: the worker that decoded it died: `)),
          }
        : name.length,
    ),
  );
  // And it goes on after that.
  expect(await pool.prepare({ name: 'eeeee' })).toMatchObject({ decode: 0 });
});
