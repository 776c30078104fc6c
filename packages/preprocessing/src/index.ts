export { type AugmentedBatch, fillAugmentedBatch } from './augment/padded-crop-flip.js';
export { createRandom, hashInts, type MutableIndexable, type Random } from './augment/random.js';
export { CIFAR10_CLASSES, CIFAR10_SIZE, type LabelledImages, readCifar10Binary } from './datasets/cifar10.js';
export { readCifar10JpegTar, type Split } from './datasets/cifar10-jpeg.js';
export { decode } from './decode/decode.js';
export type { Orientation } from './decode/exif.js';
export { DEFAULT_MAX_PIXELS, type DecodeOptions } from './decode/limits.js';
export { type Colour, type ContactSheetOptions, contactSheet } from './encode/contact-sheet.js';
export { type EncodeOptions, encode, type JpegOptions, type PngOptions } from './encode/encode.js';
export { DatasetError, ImageError, type ImageErrorCode, PreprocessingError } from './errors.js';
export {
  type ExplainedStage,
  type ExplainOptions,
  explain,
  explainStages,
  type StageReport,
} from './explain/explain.js';
export { pictureOf } from './explain/picture.js';
export { createFloatImage, type FloatImage, toFloatImage } from './float-image.js';
export {
  centerCrop,
  centerCropRectangle,
  centerSquare,
  crop,
  fiveCrop,
  flipHorizontal,
  keepAspectBox,
  type Padding,
  padConstant,
  type Rectangle,
  resizeShorterSide,
  resizeSizeFor,
  shorterSideSize,
  tenCrop,
} from './geometry.js';
export { createImage, type Image, type Size } from './image.js';
export { labelsFor } from './labels/labels-for.js';
export { type Channels, IMAGENET_MEAN, IMAGENET_STD, type Normalisation, normalisations } from './normalise.js';
export { orient } from './orient.js';
export {
  type ImageStage,
  type Preprocessed,
  preprocess,
  runImageStages,
  type Stage,
  type StageParameters,
  type Stages,
  stagesOf,
  type TensorStage,
} from './pipeline.js';
export { type Preset, type PresetName, presets, type ResizeRule } from './preset.js';
export { presetFor } from './preset-for.js';
export { presetOfWeights, type StatedPreprocessing, type StatedWeights } from './preset-of-weights.js';
export {
  type KerasPreprocessing,
  kerasPreset,
  type TimmConfig,
  type TorchvisionTransforms,
  timmPreset,
  torchvisionPreset,
} from './preset-sources.js';
export type { Filter } from './resize/filters.js';
export { type Box, type ResizeOptions, resize } from './resize/resize.js';
export { resizeTensorflow, type TensorflowMethod, type TensorflowResizeOptions } from './resize/tensorflow.js';
export { resizeTorch, type TorchInterpolation, type TorchResizeOptions } from './resize/torch.js';
export { type Layout, type PixelTensor, type TensorOptions, tensorOf, toTensor, type ValueType } from './tensor.js';
export { greyOf, type View, viewOf } from './view.js';
