import type { TfjsBackend } from '@convzoo/backend-tfjs';
import type { Graph, Node, Parameters } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { gradientStep } from '../../src/gradients/index.js';

/** Which branch every activation takes on a backend in training mode, by node path: 0 below, 1 open, 2 above 6. */
export function decisionsOf(
  backend: TfjsBackend,
  graph: Graph,
  params: Parameters,
  x: Tensor,
): Map<string, Uint8Array> {
  const decisions = new Map<string, Uint8Array>();
  tf.tidy(() => {
    const results: Tensor[] = [];
    for (const node of graph.nodes) {
      const step = gradientStep({
        graph,
        node: node as Node,
        kernels: backend.kernels,
        active: false,
        frozen: false,
        isTrained: () => false,
        randomStream: () => 0,
        keep: (tensor) => tensor,
      });
      const inputs = node.op === 'input' ? [x] : node.inputs.map((id) => results[id] as Tensor);
      const values = node.params.map((spec) => tf.tensor(params.get(spec.path)?.data ?? [], [...spec.shape]));
      const { y } = step.forward(inputs, values, 0);
      results.push(y);
      if (node.op !== 'activation') continue;
      const top = node.attributes.function === 'relu6' ? 6 : Number.POSITIVE_INFINITY;
      decisions.set(
        node.path,
        Uint8Array.from(y.dataSync(), (v) => (v <= 0 ? 0 : v < top ? 1 : 2)),
      );
    }
  });
  return decisions;
}
