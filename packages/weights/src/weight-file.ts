import type { DType, HostTensor, Shape } from '@convzoo/layers';
import { WeightsError } from './errors.js';

/** A tensor as a file's header describes it. */
export interface TensorInfo {
  /** As the file spells it, apart from what its format adds (the `:0` of Keras). */
  readonly name: string;
  readonly dtype: DType;
  /** In the file's own layout. */
  readonly shape: Shape;
}

/** A named tensor with its values. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: HostTensor;
}

/** Formats that are read here. */
export type WeightFormat = 'safetensors' | 'keras-h5' | 'pytorch' | 'keras-v3' | 'npz' | 'npy' | 'tfjs' | 'onnx';

/** An open file of tensors, of whatever format. Only its header has been read. */
export interface WeightFile {
  readonly format: WeightFormat;
  /** What messages call it, e.g. the file's path. */
  readonly name: string;
  /** A name of all its bytes, equal for no others; absent where the source has none or there are several. */
  readonly fingerprint?: string | undefined;
  /** In the file's order. */
  readonly tensors: readonly TensorInfo[];
  /** Strings that the file carries, e.g. the `__metadata__` of safetensors or the `model_config` of Keras. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The values of one tensor, in an array of the caller's own. WeightsError `no-such-tensor` for an unknown name. */
  read(name: string): Promise<HostTensor>;
  /** The same without waiting, where format and source can. */
  readSync?(name: string): HostTensor;
  /** As `read`, but perhaps over the file's own bytes, so that the values must not be changed; where it saves a copy. */
  view?(name: string): HostTensor;
  /** Frees what is open. `read` must not be called afterwards. */
  close(): Promise<void>;
}

export function noSuchTensor(file: string, name: string): never {
  throw new WeightsError('no-such-tensor', `${file} has no tensor "${name}"; its names are in \`tensors\`.`);
}
