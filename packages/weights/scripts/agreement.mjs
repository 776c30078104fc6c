// Whether Python and this package read each other's files to the bit. Run by hand after a build; docs/weights.md has the
// last result.
//
//   node agreement.mjs write FOLDER && python agreement.py read FOLDER
//   python agreement.py write FOLDER && node agreement.mjs read FOLDER

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { float32Tensor, paramsOf, sizeOf } from '@convzoo/layers';
import { encodeWeights, writeNpz, writeSafetensors } from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { buildModel } from '@convzoo/zoo';

const [mode, folder] = process.argv.slice(2);
const bytesOf = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** Any bits at all, the same in every run. */
function anyBits(size) {
  const bits = new Uint32Array(size);
  for (let i = 0, state = size; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bits[i] = state ^ (state >>> 15);
  }
  return new Float32Array(bits.buffer);
}

if (mode === 'write') {
  const sums = {};
  for (const [model, variant] of [
    ['resnet18', 'torchvision'],
    ['mobilenet_v2', 'keras'],
    ['densenet121', 'torchvision'],
    ['mobilenet_v3_large', 'timm'],
    ['xception', 'keras'],
  ]) {
    const graph = buildModel(model, { dialect: variant });
    const params = new Map(
      paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, anyBits(sizeOf(shape)))]),
    );
    for (const dialect of ['torchvision', 'timm', 'keras']) {
      const tensors = encodeWeights(graph, params, { dialect });
      const expected = Object.fromEntries(tensors.map(({ name, tensor }) => [name, crc32(bytesOf(tensor))]));
      for (const [ending, bytes] of [
        ['safetensors', writeSafetensors(tensors, { format: 'pt' })],
        ['npz', writeNpz(tensors)],
      ]) {
        const name = `ours-${model}-${dialect}.${ending}`;
        writeFileSync(join(folder, name), bytes);
        sums[name] = expected;
      }
    }
  }
  writeFileSync(join(folder, 'ours.json'), JSON.stringify(sums));
  console.log(`wrote ${Object.keys(sums).length} files`);
} else {
  const expected = JSON.parse(readFileSync(join(folder, 'theirs.json'), 'utf8'));
  let count = 0;
  const wrong = [];
  for (const [name, sums] of Object.entries(expected)) {
    const file = await openWeightsFile(join(folder, name));
    const names = file.tensors.map((tensor) => tensor.name);
    if (names.sort().join() !== Object.keys(sums).sort().join()) wrong.push(`${name}: has ${names.join(', ')}`);
    for (const tensor of names) {
      if (crc32(bytesOf(await file.read(tensor))) !== sums[tensor]) wrong.push(`${name}: ${tensor}`);
      count++;
    }
    await file.close();
  }
  console.log(`${Object.keys(expected).length} files, ${count} tensors, wrong: ${wrong.join('; ') || 'none'}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
