import { fromHost, type TfjsBackend, toHost } from '@convzoo/backend-tfjs';
import {
  type Float32Tensor,
  float32Tensor,
  type Graph,
  outputOf,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import { DifferentiableGraph } from './differentiate.js';

export interface OutputGradientOptions {
  readonly backend: TfjsBackend;
  readonly graph: Graph;
  readonly params: Parameters;
  /** `[batch, ...]`; where it has several examples, gradients are summed over them. */
  readonly input: Float32Tensor;
  /** Which number of the output is differentiated. */
  readonly outputIndex: number;
  /** Path of the parameter by which it is. */
  readonly param: string;
}

/**
 * The gradient of one output with respect to one parameter, in the parameter's shape: forward with frozen norms, backward as
 * far as the parameter. No parameter changes.
 *
 * @throws TrainingError `no-gradient` where a custom op on the way has none
 */
export function outputGradient(options: OutputGradientOptions): Promise<Float32Tensor> {
  return options.backend.run(() => differentiate(options));
}

function differentiate({ backend, graph, params, input, outputIndex, param }: OutputGradientOptions): Float32Tensor {
  const network = new DifferentiableGraph(graph, backend, { trained: ({ path }) => path === param });
  const uploaded = paramsOf(graph).flatMap(({ path }) => {
    const value = params.get(path);
    return value === undefined ? [] : [[path, fromHost(value)] as const];
  });
  const x = fromHost(input);
  const [batch = 1] = input.shape;
  const { shape } = outputOf(graph);
  const size = sizeOf(shape);
  const chosen = Float32Array.from({ length: batch * size }, (_, i) => (i % size === outputIndex ? 1 : 0));
  const oneHot = fromHost(float32Tensor([batch, ...shape], chosen));
  const tape = network.forward(x, new Map(uploaded), 0);
  try {
    const gradient = tape.backward(oneHot).get(param);
    if (gradient === undefined) throw new RangeError(`${graph.name} has no parameter ${param} to differentiate by`);
    const result = toHost(gradient);
    gradient.dispose();
    return float32Tensor(result.shape, Float32Array.from(result.data));
  } finally {
    tape.dispose();
    network.dispose();
    for (const tensor of [x, oneHot, ...uploaded.map(([, value]) => value)]) tensor.dispose();
  }
}
