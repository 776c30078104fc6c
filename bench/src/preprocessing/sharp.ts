import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createImage, presets, toTensor } from '@convzoo/preprocessing';
import sharp, { type OutputInfo } from 'sharp';
import { type Contender, timed } from './contender.js';

sharp.cache(false);

const { normalise } = presets['imagenet-torch'];
const pixels = new Map<string, Resized>();

type Resized = { readonly data: Buffer; readonly info: OutputInfo };

/** All in one pipeline, in which libjpeg decodes at a half to an eighth of the size. */
function shrinkOnLoad(bytes: Buffer): Promise<Resized> {
  return sharp(bytes)
    .resize(256, 256, { fit: 'outside', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** Decoded first, so that every pixel counts, as in Pillow and convzoo; sharp has no option for it. */
async function everyPixel(bytes: Buffer): Promise<Resized> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: 3 } as const;
  return sharp(data, { raw })
    .resize(256, 256, { fit: 'outside', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** sharp gives bytes; the values are ours. */
function tensor({ data, info }: Resized): Float32Array {
  const left = (info.width - 224) >> 1;
  const top = (info.height - 224) >> 1;
  const crop = new Uint8Array(224 * 224 * 3);
  for (let y = 0; y < 224; y++) {
    const from = ((top + y) * info.width + left) * 3;
    crop.set(data.subarray(from, from + 672), y * 672);
  }
  return toTensor(createImage(224, 224, crop), normalise);
}

async function pictureFiles(root: string): Promise<string[]> {
  const folders = await readdir(root);
  const lists = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder))).map((name) => join(root, folder, name))),
  );
  return lists.flat();
}

function contender(name: string, note: string, resized: (bytes: Buffer) => Promise<Resized>): Contender {
  return {
    name,
    version: `${sharp.versions.sharp} (libvips ${sharp.versions.vips})`,
    note,
    async file(path) {
      const bytes = await readFile(path);
      sharp.concurrency(1);
      return timed(async () => tensor(await resized(bytes)));
    },
    async folder(root) {
      sharp.concurrency(1);
      const files = await pictureFiles(root);
      return timed(async () => {
        const next = files.values();
        const work = async (): Promise<void> => {
          for (const file of next) tensor(await resized(await readFile(file)));
        };
        await Promise.all([work(), work()]);
      });
    },
  };
}

export const sharps: readonly Contender[] = [
  {
    ...contender('sharp', 'kernel "linear"; decoded first, so that every pixel counts', everyPixel),
    async resize(path, height, width) {
      const found = pixels.get(path) ?? (await sharp(path).raw().toBuffer({ resolveWithObject: true }));
      pixels.set(path, found);
      const { data, info } = found;
      sharp.concurrency(1);
      const raw = { width: info.width, height: info.height, channels: 3 } as const;
      return timed(() =>
        sharp(data, { raw }).resize(width, height, { fit: 'fill', kernel: 'linear' }).raw().toBuffer(),
      );
    },
  },
  contender(
    'sharp, shrink-on-load',
    'kernel "linear"; its usual pipeline, where libjpeg decodes at a half to an eighth of the size: other pixels',
    shrinkOnLoad,
  ),
];
