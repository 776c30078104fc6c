export { type AugmentedBatch, fillAugmentedBatch } from './augment/padded-crop-flip.js';
export { createRandom, hashInts, type Random } from './augment/random.js';
export { CIFAR10_CLASSES, CIFAR10_SIZE, type LabelledImages, readCifar10Binary } from './datasets/cifar10.js';
export { readCifar10JpegTar, type Split } from './datasets/cifar10-jpeg.js';
export { decode } from './decode/decode.js';
export { DEFAULT_MAX_PIXELS, type DecodeOptions } from './decode/limits.js';
export { DatasetError, ImageError, type ImageErrorCode, PreprocessingError } from './errors.js';
export { createImage, type Image, type Size } from './image.js';
export { type Channels, IMAGENET_MEAN, IMAGENET_STD, type Normalisation, normalisations } from './normalise.js';
