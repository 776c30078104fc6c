import type { Graph, Parameters } from '@convzoo/layers';
import type { BoundWeights, WeightFile } from '@convzoo/weights';

/** Binds the tensors of a file to a network, refusing values that are not finite unless `finite` is false. */
export type Binder = (file: WeightFile, options?: { readonly finite?: boolean }) => Promise<BoundWeights>;

/** A network from wherever it is described. */
export interface FoundNetwork {
  readonly graph: Graph;
  /** A file of TypeScript or JavaScript, a graph as JSON, or a model of Keras or TensorFlow.js. */
  readonly source: 'module' | 'json' | 'keras';
  /** Reads the weights that the file has itself, as Keras's files do. */
  readonly weights?: () => Promise<Parameters>;
  /** Where names are found otherwise than by the graph's paths. */
  readonly bind?: Binder;
  /** What was left out or assumed, one sentence each. */
  readonly notes?: readonly string[];
}
