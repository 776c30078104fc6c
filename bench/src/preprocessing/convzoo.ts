import { readFile } from 'node:fs/promises';
import { decode, type Image, preprocess, presets, resize } from '@convzoo/preprocessing';
import { imageFolder, loadBatches } from '@convzoo/preprocessing/node';
import { type Contender, timed } from './contender.js';

const preset = presets['imagenet-torch'];
const decoded = new Map<string, Image>();

async function picture(path: string): Promise<Image> {
  const image = decoded.get(path) ?? (await decode(await readFile(path)));
  decoded.set(path, image);
  return image;
}

export const convzoo: Contender = {
  name: 'convzoo',
  version: 'this commit',
  async file(path) {
    const bytes = await readFile(path);
    return timed(async () => preprocess(await decode(bytes), preset));
  },
  async resize(path, height, width) {
    const image = await picture(path);
    return timed(() => resize(image, { height, width, filter: 'bilinear' }));
  },
  async folder(root) {
    return timed(async () => {
      const { normalise } = preset;
      const augment = {
        kind: 'compose',
        transforms: [
          { kind: 'resize', size: 256, interpolation: 'bilinear' },
          { kind: 'center-crop', size: [224, 224] },
        ],
      } as const;
      const batches = loadBatches(await imageFolder(root), { batchSize: 50, workers: 2, normalise, augment });
      let pictures = 0;
      for await (const { labels } of batches) pictures += labels.length;
      if (pictures !== 1000) throw new Error(`expected 1000 pictures, got ${pictures}`);
    });
  },
};
