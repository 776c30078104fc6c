import { decode } from '../decode/decode.js';
import { sniffFormat } from '../decode/format.js';
import type { DecodeOptions } from '../decode/limits.js';
import type { Image } from '../image.js';
import { type StageParameters, stagesOf } from '../pipeline.js';
import type { Preset } from '../preset.js';
import type { PixelTensor, TensorOptions, ValueType } from '../tensor.js';
import { sha256Hex } from './sha256.js';

/** What a stage of a pipeline was told and what it gave, so that two environments can be compared. */
export interface StageReport {
  /** `decode` (or `image`, where it was given decoded), `resize`, `center-crop`, `normalise` ... */
  readonly name: string;
  readonly parameters: StageParameters;
  /** Of the result, in pixels. */
  readonly size: readonly [height: number, width: number];
  readonly channels: number;
  readonly dtype: ValueType;
  /**
   * Of the result's bytes, row by row: RGB of pictures; for the last stage its values in the layout that `parameters`
   * names, float32 as little-endian.
   */
  readonly sha256: string;
}

/** A stage with its result, which is not kept: whoever wants it later holds on to it. */
export interface ExplainedStage extends StageReport {
  readonly result: Image | PixelTensor;
}

export interface ExplainOptions {
  /** For bytes that have to be decoded. */
  readonly decode?: DecodeOptions;
  /** Layout and type of the last stage; NHWC and float32 where absent. */
  readonly tensor?: TensorOptions;
}

/**
 * Runs a pipeline stage by stage: from a picture file's bytes, or from a picture, through the stages of the preset; without
 * a preset the first stage is the only one. Each stage is computed when it is asked for, and only the last is kept here.
 */
export async function* explainStages(
  source: Uint8Array | Image,
  preset?: Preset,
  options: ExplainOptions = {},
): AsyncGenerator<ExplainedStage, void, void> {
  const first = await firstStage(source, options.decode);
  yield first;
  if (preset === undefined) return;
  let image = first.result;
  const stages = stagesOf(preset, options.tensor ?? {});
  for (const stage of stages.image) {
    image = stage.apply(image);
    yield await imageStage(stage.name, stage.parameters, image);
  }
  const tensor: PixelTensor = stages.tensor.apply(image);
  yield await tensorStage(stages.tensor.name, stages.tensor.parameters, tensor);
}

/** The reports of all stages, without their results. Throws what decoding throws. */
export async function explain(
  source: Uint8Array | Image,
  preset?: Preset,
  options: ExplainOptions = {},
): Promise<readonly StageReport[]> {
  const reports: StageReport[] = [];
  for await (const { result: _, ...report } of explainStages(source, preset, options)) reports.push(report);
  return reports;
}

async function firstStage(
  source: Uint8Array | Image,
  options: DecodeOptions = {},
): Promise<ExplainedStage & { readonly result: Image }> {
  if (!(source instanceof Uint8Array)) return imageStage('image', {}, source);
  const image = await decode(source, options);
  const { applyOrientation = true } = options;
  return imageStage('decode', { format: sniffFormat(source), applyOrientation }, image);
}

async function imageStage(name: string, parameters: StageParameters, image: Image) {
  const { height, width, channels, data } = image;
  const size = [height, width] as const;
  return { name, parameters, size, channels, dtype: 'uint8' as const, sha256: await sha256Hex(data), result: image };
}

async function tensorStage(name: string, parameters: StageParameters, tensor: PixelTensor): Promise<ExplainedStage> {
  const { shape, layout, data } = tensor;
  const [height, width, channels] = layout === 'NHWC' ? shape : ([shape[1], shape[2], shape[0]] as const);
  const dtype = data instanceof Float32Array ? 'float32' : 'uint8';
  return { name, parameters, size: [height, width], channels, dtype, sha256: await sha256Hex(data), result: tensor };
}
