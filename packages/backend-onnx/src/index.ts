export { OnnxBackend } from './backend.js';
export { OnnxError, type OnnxErrorCode } from './errors.js';
export { BATCH_AXIS, type OnnxOptions, type OnnxPorts, OPSET } from './export/network.js';
export type { OrtLibrary, OrtSession, OrtSessionOptions, OrtTensor } from './library.js';
export type { ValueInfo } from './proto/model.js';
export { type OnnxNetwork, toOnnx } from './to-onnx.js';
