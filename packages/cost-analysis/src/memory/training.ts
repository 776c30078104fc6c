import { type Graph, isTrainable, type NodeId, nodeAt, paramsOf, sizeOf } from '@convzoo/layers';
import { checkBatch } from '../batch.js';
import { bytesOf, type WeightType } from '../report.js';
import { type BackwardReads, backwardReadsOf } from './backward.js';
import { type GradientMemory, gradientMemory } from './gradients.js';
import { liveGraph } from './live.js';
import { isViewInTraining, storedValues } from './values.js';

/** What an optimiser keeps for each trained parameter: nothing, a velocity, two moments. */
export const optimiserSlots = { sgd: 0, momentum: 1, adam: 2 } as const;

export type OptimiserName = keyof typeof optimiserSlots;

export interface TrainingMemoryOptions {
  /** Examples in a step, 1 by default. */
  readonly batch?: number | undefined;
  /** Type of everything, float32 by default. */
  readonly dtype?: WeightType | undefined;
  /** `momentum` (SGD with momentum) by default. */
  readonly optimiser?: OptimiserName | undefined;
}

export interface TrainingMemory {
  readonly batch: number;
  readonly dtype: WeightType;
  readonly optimiser: OptimiserName;
  /** All weights, running statistics included. */
  readonly weightBytes: number;
  /** One gradient for each trained parameter. */
  readonly gradientBytes: number;
  readonly optimiserBytes: number;
  /** What the forward pass leaves for the backward pass. */
  readonly keptBytes: number;
  /** Activations and gradients at the worst moment, which is while this node runs forwards or backwards. */
  readonly worst: { readonly bytes: number; readonly at: string; readonly phase: 'forward' | 'backward' };
  /** Weights, the optimiser's state, and the worst moment: what a step needs. */
  readonly peakBytes: number;
}

/**
 * Memory of one training step, all parameters trained: forward keeps what backward reads (the rules of `@convzoo/training`:
 * inputs of convolutions, dense layers, norms and products; results of ReLU; both of pools; masks of dropout), backward goes
 * through the nodes in reverse and frees as it goes, gradients of parameters stay until the update, which is done in place.
 * Gradients that meet are added in place. No recomputation, no scratch memory of kernels, no mixed precision.
 */
export function trainingMemory(graph: Graph, options: TrainingMemoryOptions = {}): TrainingMemory {
  const { dtype = 'float32', optimiser = 'momentum' } = options;
  const batch = checkBatch(options.batch ?? 1);
  const live = liveGraph(graph);
  const size = bytesOf[dtype];
  const params = paramsOf(live);
  const elements = (counted: typeof params): number => counted.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const trained = elements(params.filter(isTrainable));
  const steps = stepsOf(live, batch);
  const worst = steps.reduce((most, step) => (step.elements > most.elements ? step : most));
  const weightBytes = size * elements(params);
  const optimiserBytes = size * trained * optimiserSlots[optimiser];
  return {
    batch,
    dtype,
    optimiser,
    weightBytes,
    gradientBytes: size * trained,
    optimiserBytes,
    keptBytes: size * (steps.findLast(({ phase }) => phase === 'forward')?.left ?? 0),
    worst: { bytes: size * worst.elements, at: nodeAt(live, worst.id).path, phase: worst.phase },
    peakBytes: weightBytes + optimiserBytes + size * worst.elements,
  };
}

/** The same step with another optimiser: only its state differs. */
export function withOptimiser(memory: TrainingMemory, optimiser: OptimiserName): TrainingMemory {
  const optimiserBytes = memory.gradientBytes * optimiserSlots[optimiser];
  return { ...memory, optimiser, optimiserBytes, peakBytes: memory.peakBytes - memory.optimiserBytes + optimiserBytes };
}

interface Step {
  readonly id: NodeId;
  readonly phase: 'forward' | 'backward';
  /** Elements in use while the node runs. */
  readonly elements: number;
  /** And after it. */
  readonly left: number;
}

function stepsOf(graph: Graph, batch: number): readonly Step[] {
  const reads = graph.nodes.map(backwardReadsOf);
  const values = storedValues(graph, isViewInTraining);
  const kept = graph.nodes.map(({ id }) => {
    const value = values.byNode[id];
    if (value === undefined) return false;
    return value.kept || reads[id]?.result === true || value.readers.some((reader) => reads[reader]?.inputs === true);
  });
  const sizeAt = (id: NodeId): number => batch * (values.byNode[id]?.elements ?? 0);
  const savedBy = (id: NodeId): number => savedOf(reads[id] ?? {}, batch);
  const steps: Step[] = [];
  let live = 0;
  for (const { id } of graph.nodes) {
    live += sizeAt(id) + savedBy(id);
    const most = live;
    for (const value of values.read[id] ?? []) {
      if (kept[value.id] !== true && value.readers.at(-1) === id) live -= sizeAt(value.id);
    }
    if (kept[id] !== true && values.byNode[id]?.readers.length === 0) live -= sizeAt(id);
    steps.push({ id, phase: 'forward', elements: most, left: live });
  }
  const gradients: GradientMemory = gradientMemory(graph, batch);
  for (const { id } of graph.nodes.toReversed()) {
    const most = gradients.run(id);
    steps.push({ id, phase: 'backward', elements: live + most, left: live });
    // Everything that reads this result comes later in the graph and is done.
    if (kept[id] === true) live -= sizeAt(id);
    live -= savedBy(id);
  }
  return steps;
}

const savedOf = ({ perExample = 0, perBatch = 0 }: BackwardReads, batch: number): number =>
  batch * perExample + perBatch;
