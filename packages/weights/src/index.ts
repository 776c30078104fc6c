export { type BindOptions, type BoundWeights, bindWeights } from './bind.js';
export { type BlobLike, type ByteSource, blobSource, memorySource } from './byte-source.js';
export type { BindReport } from './compare.js';
export * from './convert.js';
export {
  describeWeights,
  statisticsOf,
  type TensorStatistics,
  tensorStatistics,
  type WeightDescription,
} from './describe.js';
export * from './dialects/index.js';
export { castFloats, type WritableFormat, writableFormats, writableIn } from './element-types.js';
export { encodeWeights } from './encode.js';
export { WeightsError, type WeightsErrorCode } from './errors.js';
export { type Fit, type FitCandidate, fitNetworks, fitVariants } from './fit.js';
export {
  type Misfit,
  type MisshapedParam,
  type MissingParam,
  type OtherClasses,
  type UnexpectedTensor,
  WeightsFitError,
} from './fit-error.js';
export { type Detected, detectFormat } from './formats/detect.js';
export { openKerasH5 } from './formats/keras-h5/index.js';
export { openKerasV3 } from './formats/keras-v3/index.js';
export * from './formats/npz/index.js';
export { openOnnx } from './formats/onnx/index.js';
export { type OpenOptions, openWeights } from './formats/open.js';
export { openPyTorch, type PyTorchOptions } from './formats/pytorch/index.js';
export * from './formats/safetensors/index.js';
export * from './formats/tfjs/index.js';
export { kerasTopology } from './keras-topology/index.js';
export * from './layout/index.js';
export { folderSource } from './siblings.js';
export * from './store.js';
export { type UrlSourceOptions, urlSource } from './url-source.js';
export type { NamedTensor, TensorInfo, WeightFile, WeightFormat } from './weight-file.js';
