import type { Rectangle } from './crop.js';
import { invalidArgument } from './errors.js';
import { centerCrop, centerCropRectangle, centerSquare, keepAspectBox, shorterSideSize } from './geometry.js';
import type { Image, Size } from './image.js';
import type { Preset } from './preset.js';
import { type Box, resize } from './resize/resize.js';
import { resizeTorch, type TorchInterpolation, type TorchResizeOptions } from './resize/torch.js';
import { type Layout, type PixelTensor, type TensorOptions, tensorOf, type ValueType } from './tensor.js';

/** A stage's parameters: plain JSON, with the names of the preset. */
export type StageParameters = Readonly<Record<string, unknown>>;

/** A step from a picture to a picture. */
export interface ImageStage {
  readonly kind: 'image';
  /** `center-square`, `resize` or `center-crop`. */
  readonly name: string;
  readonly parameters: StageParameters;
  apply(image: Image): Image;
  /** Only this rectangle of what `apply` gives, for less work; absent where there is nothing to save. */
  applyPart?(image: Image, part: (result: Size) => Rectangle | undefined): Image | undefined;
  /** For a stage that merely cuts: the rectangle of its input that is its result; undefined where it has to pad. */
  cut?(source: Size): Rectangle | undefined;
}

/** The last step, from a picture to numbers. */
export interface TensorStage<D extends ValueType = ValueType> {
  readonly kind: 'tensor';
  /** `normalise`, or `to-tensor` where the bytes stay bytes. */
  readonly name: string;
  readonly parameters: StageParameters;
  apply(image: Image): PixelTensor<D>;
}

export type Stage = ImageStage | TensorStage;

/** What a preset does to a picture, in order: the picture stages, then one that makes the tensor. */
export interface Stages<D extends ValueType = ValueType> {
  readonly image: readonly ImageStage[];
  readonly tensor: TensorStage<D>;
}

/**
 * The stages of a preset. `preprocess` is these and nothing else, so running them one by one (each stage's `apply` on
 * the result of the one before) shows every picture on the way and ends in the same tensor, bit for bit.
 */
export function stagesOf(preset: Preset): Stages<'float32'>;
export function stagesOf<D extends ValueType>(preset: Preset, options: TensorOptions<D>): Stages<D>;
export function stagesOf(preset: Preset, options: TensorOptions = {}): Stages {
  const image = resizeStages(preset);
  if (preset.crop !== null) image.push(cropStage(preset.crop));
  return { image, tensor: tensorStage(preset, options) };
}

/** A network's input in float32: `shape` is [height, width, channels], or [channels, height, width] for NCHW. */
export type Preprocessed = PixelTensor<'float32'>;

/**
 * Resizes, crops and normalises a picture as the preset says: the stages of `stagesOf` in one go. Pixels that the crop
 * would throw away are not computed.
 */
export function preprocess(image: Image, preset: Preset): Preprocessed;
export function preprocess<D extends ValueType>(
  image: Image,
  preset: Preset,
  options: TensorOptions<D>,
): PixelTensor<D>;
export function preprocess(image: Image, preset: Preset, options: TensorOptions = {}): PixelTensor {
  const stages = stagesOf(preset, options);
  return stages.tensor.apply(runImageStages(image, stages.image));
}

/** The picture after all of these stages; a stage that is followed by a cut does that part of its work only. */
export function runImageStages(image: Image, stages: readonly ImageStage[]): Image {
  let current = image;
  for (let i = 0; i < stages.length; i++) {
    const stage = stages[i] as ImageStage;
    const next = stages[i + 1];
    const part = next?.cut && stage.applyPart?.(current, (size) => next.cut?.(size));
    if (part) i++;
    current = part || stage.apply(current);
  }
  return current;
}

function resizeStages(preset: Preset): ImageStage[] {
  const { resize: rule } = preset;
  switch (rule.mode) {
    case 'shorter-side':
      return [resizeStage(preset, rule, (size) => shorterSideSize(size, rule.size))];
    case 'center-square': {
      const square: ImageStage = { kind: 'image', name: 'center-square', parameters: {}, apply: centerSquare };
      const size = { height: rule.size, width: rule.size };
      return [square, resizeStage(preset, { mode: 'exact', ...size }, () => size)];
    }
    case 'keep-aspect':
      return [resizeStage(preset, rule, (size) => ({ ...sizeOf(rule), box: keepAspectBox(size, rule) }))];
    case 'exact':
      return [resizeStage(preset, rule, () => sizeOf(rule))];
    case 'none':
      return [];
  }
}

const sizeOf = ({ height, width }: Size): Size => ({ height, width });

type Target = Size & { readonly box?: Box };

function resizeStage(preset: Preset, rule: StageParameters, target: (source: Size) => Target): ImageStage {
  const { filter, library = 'pillow', antialias = true } = preset;
  if (library === 'torch') return torchStage(rule, target, { interpolation: filter as TorchInterpolation, antialias });
  return {
    kind: 'image',
    name: 'resize',
    parameters: { ...rule, filter },
    apply: (image) => resize(image, { ...target(image), filter }),
    applyPart(image, part) {
      const options = { ...target(image), filter };
      const only = part(options);
      return only && resize(image, { ...options, only });
    },
  };
}

function torchStage(
  rule: StageParameters,
  target: (source: Size) => Target,
  options: Required<Pick<TorchResizeOptions, 'interpolation' | 'antialias'>>,
): ImageStage {
  if (rule['mode'] === 'keep-aspect') {
    throw invalidArgument('keep-aspect resizes a part of the picture, which torch does not: leave library at pillow');
  }
  return {
    kind: 'image',
    name: 'resize',
    parameters: { ...rule, library: 'torch', ...options },
    apply: (image) => resizeTorch(image, { ...target(image), ...options }),
  };
}

function cropStage(size: Size): ImageStage {
  return {
    kind: 'image',
    name: 'center-crop',
    parameters: { height: size.height, width: size.width },
    apply: (image) => centerCrop(image, size),
    cut: (source) => centerCropRectangle(source, size),
  };
}

function tensorStage({ normalise }: Preset, options: TensorOptions): TensorStage {
  const layout: Layout = options.layout ?? 'NHWC';
  const dtype: ValueType = options.dtype ?? 'float32';
  const { channelOrder = 'rgb', grey = false } = normalise;
  return {
    kind: 'tensor',
    name: dtype === 'uint8' ? 'to-tensor' : 'normalise',
    parameters: { ...(dtype === 'uint8' ? { channelOrder, grey } : normalise), layout, dtype },
    apply: (image) => tensorOf(image, normalise, { layout, dtype }),
  };
}
