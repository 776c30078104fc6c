import type { Graph, Parameters } from '@convzoo/layers';
import { exportNetwork, type OnnxOptions, type OnnxPorts } from './export/network.js';
import { writeModel } from './proto/write.js';

/** A network as ONNX. */
export interface OnnxNetwork extends OnnxPorts {
  /** The ModelProto: what a file holds, and what a session is made from. */
  readonly bytes: Uint8Array;
}

/**
 * Writes a network as an ONNX model in memory. Weights are brought into ONNX's order once; BatchNorm is folded and what is dead
 * dropped, unless `optimise` is off, which keeps every parameter under its own name.
 *
 * @throws RuntimeError `missing-parameter`, `wrong-parameter-shape`
 * @throws GraphError `no-such-tap`
 * @throws OnnxError `unsupported-op` for a custom op, by path; `model-too-large` beyond 2 GiB
 */
export function toOnnx(graph: Graph, params: Parameters, options: OnnxOptions = {}): OnnxNetwork {
  const { model, paths: _, ...ports } = exportNetwork(graph, params, options);
  return { bytes: writeModel(model), ...ports };
}
