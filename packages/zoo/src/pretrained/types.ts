import type { PresetName } from '../entry.js';
import type { Dialect } from '../options.js';

/** How pictures become the input that published weights were measured with. */
export interface WeightsPreprocessing {
  /** Preset of `@convzoo/preprocessing` whose normalisation it is. */
  readonly preset: PresetName;
  /** Mean and deviation of values from 0 to 1, where they are those of no preset. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Pixels of the shorter side before the crop. Keras states none. */
  readonly resize?: number;
  /** Pixels of the centre crop, which are the network's input. */
  readonly crop: number;
  readonly interpolation: 'bilinear' | 'bicubic';
  /** The picture is pressed into a square of `resize`, whatever its aspect. */
  readonly squash?: boolean;
}

/** One published file of weights of a network of the zoo: plain data. */
export interface PretrainedWeights {
  /** `FRAMEWORK/MODEL.TAG`, which `resolveModel` also understands: `timm/resnet50.a1_in1k`. */
  readonly name: string;
  /** For `resolveModel`, together with `dialect`. */
  readonly model: string;
  readonly dialect: Dialect;
  /** Whether the framework itself takes it where only the model is named. */
  readonly isDefault: boolean;
  /** `https://...`, `hf://OWNER/REPO/FILE`, or `npm:PACKAGE/FILE` for a package of ours. */
  readonly location: string;
  readonly format: 'pytorch' | 'safetensors' | 'keras-h5';
  /** What the bytes must hash to, where their publisher says: a whole digest, or its beginning (torchvision). */
  readonly checksum?: { readonly algorithm: 'sha256' | 'md5'; readonly digest: string };
  /** Size of the file, where it is known to the byte. */
  readonly bytes?: number;
  /** Size of the file in MiB as torchvision states it, to three decimals. */
  readonly mebibytes?: number;
  /** SPDX name of the licence that the publisher states, or where it stands. */
  readonly licence?: string;
  /** File and version in which all of this was read. */
  readonly source: string;
  readonly input: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  /** Trainable parameters: as torchvision states them, for timm and Keras as counted from the graph. */
  readonly params: number;
  /** Percent on ImageNet's validation pictures (CIFAR-10's test pictures for a `-cifar10` network), as published. */
  readonly top1?: number;
  readonly top5?: number;
  /** Pixels a side at which the accuracy was measured, where that is not `input`. */
  readonly measuredAt?: number;
  readonly preprocessing: WeightsPreprocessing;
}
