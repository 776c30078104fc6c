import { access } from 'node:fs/promises';
import { ConvzooError } from '@convzoo/layers';
import { fillAugmentedBatch, type LabelledImages, type Preset } from '@convzoo/preprocessing';
import { readCifar10BinaryFile, readCifar10Jpeg } from '@convzoo/preprocessing/node';
import type { Dataset } from '@convzoo/training';

export type Split = 'train' | 'test';

/** Whether a data set file holds both splits: the JPEG tree does, CIFAR-10's binary format does not. */
export const hasSplits = (path: string): boolean => /\.(tar|tgz|tar\.gz)$/.test(path);

/**
 * Reads a labelled set: the CIFAR-10 JPEG tree in a tar, or CIFAR-10's binary format, where `split` says nothing.
 *
 * @throws ConvzooError `no-such-file`, `unknown-dataset`
 */
export async function readLabelledImages(path: string, split: Split): Promise<LabelledImages> {
  await access(path).catch((cause: unknown) => {
    throw new ConvzooError('no-such-file', `${path} cannot be read: there is no such file, or no permission.`, {
      cause,
    });
  });
  if (hasSplits(path)) return readCifar10Jpeg(path, split);
  if (/\.bin(\.gz)?$/.test(path)) return readCifar10BinaryFile(path);
  throw new ConvzooError(
    'unknown-dataset',
    `${path} is no data set that is known here: give a .tar.gz of CIFAR-10 JPEG files, or CIFAR-10's .bin or .bin.gz.`,
  );
}

/** Samples with the augmentation of He et al. 2015, section 4.2: 4 pixels of padding, a random crop, a random mirror. */
export function augmentedDataset(set: LabelledImages, { normalise }: Preset, seed: number): Dataset {
  return {
    size: set.labels.length,
    shape: [set.size, set.size, 3],
    classes: set.classes.length,
    fill(indices, epoch, out, labels) {
      const { images, size } = set;
      fillAugmentedBatch({ images, size, indices, out, padding: 4, flip: true, seed, epoch, ...normalise });
      indices.forEach((index, i) => {
        labels[i] = set.labels[index] ?? 0;
      });
    },
  };
}
