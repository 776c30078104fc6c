import {
  type Float32Tensor,
  formatShape,
  type Graph,
  inputOf,
  keepTaps,
  optimiseForInference,
  originOf,
  type Parameters,
  paramsOf,
  sameShape,
  sizeOf,
} from '@convzoo/layers';
import type { Backend, PrepareOptions } from './backend.js';
import { RuntimeError } from './errors.js';

/** A network in the form that a backend runs. */
export interface PreparedNetwork {
  readonly graph: Graph;
  readonly params: Parameters;
}

/**
 * What every backend does first: keep the taps that were asked for, check the parameters, fold and fuse.
 *
 * @throws RuntimeError `missing-parameter`, `wrong-parameter-shape`
 * @throws GraphError `no-such-tap`
 */
export function prepareNetwork(graph: Graph, params: Parameters, options: PrepareOptions = {}): PreparedNetwork {
  const { taps = [], optimise = true } = options;
  const tapped = keepTaps(graph, taps);
  checkParameters(graph, params);
  if (!optimise) return { graph: tapped, params };
  const rewrite = optimiseForInference(tapped);
  return { graph: rewrite.graph, params: rewrite.transform(params) };
}

function checkParameters(graph: Graph, params: Parameters): void {
  for (const { path, shape } of paramsOf(graph)) {
    const tensor = params.get(path);
    if (tensor === undefined) {
      throw new RuntimeError(
        'missing-parameter',
        `${graph.name} has no value for parameter ${path}; bind its weights first.`,
      );
    }
    // Values that are yet to be made are checked when they are.
    const misfit =
      originOf(tensor) !== undefined || tensor.data.length === sizeOf(shape)
        ? ''
        : ` with ${tensor.data.length} values`;
    if (misfit !== '' || !sameShape(tensor.shape, shape)) {
      throw new RuntimeError(
        'wrong-parameter-shape',
        `${graph.name}: parameter ${path} must be ${formatShape(shape)}, got ${formatShape(tensor.shape)}${misfit}. ` +
          'These are weights of another network or width.',
      );
    }
  }
}

/** Throws where a backend cannot run the whole graph, naming the first node and its op. */
export function assertSupported(backend: Backend, graph: Graph): void {
  const [first, ...others] = backend.unsupported(graph);
  if (first === undefined) return;
  const more = others.length > 0 ? `, nor ${others.length} more node(s)` : '';
  throw new RuntimeError(
    'unsupported-op',
    `Backend ${backend.name} cannot run ${first.path} (${first.op}): ${first.reason}${more}. Choose another backend.`,
  );
}

/** Checks an input against the graph's and returns its batch size. */
export function checkInput(graph: Graph, input: Float32Tensor): number {
  const { shape } = inputOf(graph);
  const [batch = 0, ...example] = input.shape;
  if (!sameShape(example, shape) || batch < 1 || input.data.length !== sizeOf(input.shape)) {
    throw new RuntimeError(
      'wrong-input-shape',
      `${graph.name} takes [batch, ${shape.join(', ')}] (NHWC), got [${input.shape.join(', ')}] with ` +
        `${input.data.length} values. Preprocess to that size, or build the network for another input.`,
    );
  }
  return batch;
}
