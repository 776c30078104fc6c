export { OnnxBackend } from './backend.js';
export { OnnxError, type OnnxErrorCode } from './errors.js';
export type { OrtLibrary, OrtSession, OrtSessionOptions, OrtTensor } from './library.js';
export type { ValueInfo } from './proto/model.js';
export { BATCH_AXIS, type OnnxNetwork, type OnnxOptions, OPSET, toOnnx } from './to-onnx.js';
