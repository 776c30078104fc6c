import { consumersOf, dropDeadNodes, type Graph, isTrainable, type NodeId, type ParamSpec } from '@convzoo/layers';
import type { GradientStep } from './gradients/rule.js';

/** What a choice of trained parameters means for a graph. */
export interface TrainingPlan {
  /** What leads to the output: nothing else is computed. */
  readonly graph: Graph;
  /** Paths of the parameters that get gradients. */
  readonly trained: ReadonlySet<string>;
  /** Nodes that are trained or come after one that is: backward passes through them alone. */
  readonly active: ReadonlySet<NodeId>;
  /** Norms that keep their running statistics and normalise by them. */
  readonly frozenNorms: ReadonlySet<NodeId>;
}

/**
 * A norm is frozen where neither its scale nor its shift is trained; one that has neither, where `trained` leaves out
 * its statistics.
 */
export function planTraining(whole: Graph, trained: (param: ParamSpec) => boolean): TrainingPlan {
  const graph = dropDeadNodes({ ...whole, taps: {} });
  const paths = new Set<string>();
  const active = new Set<NodeId>();
  const frozenNorms = new Set<NodeId>();
  for (const node of graph.nodes) {
    const learnable = node.params.filter(isTrainable);
    const chosen = learnable.filter(trained);
    for (const { path } of chosen) paths.add(path);
    if (chosen.length > 0 || node.inputs.some((id) => active.has(id))) active.add(node.id);
    const judged = learnable.length > 0 ? learnable : node.params;
    if (node.op === 'batchNorm' && !judged.some(trained)) frozenNorms.add(node.id);
  }
  return { graph, trained: paths, active, frozenNorms };
}

/**
 * For each node, the results that can be freed once it has run: every reader has had its turn, and no backward step that
 * will run reads them. Of a residual network's memory that is about a third (what norms hand to activations and sums).
 */
export function releasesAfter(
  { graph, active }: Pick<TrainingPlan, 'graph' | 'active'>,
  steps: readonly GradientStep[],
): readonly (readonly NodeId[])[] {
  const releases: NodeId[][] = graph.nodes.map(() => []);
  const consumers = consumersOf(graph);
  const reads = (id: NodeId, what: 'inputs' | 'y'): boolean => active.has(id) && steps[id]?.reads[what] === true;
  for (const { id } of graph.nodes) {
    const readers = consumers[id] ?? [];
    if (id === graph.output || reads(id, 'y') || readers.some((reader) => reads(reader, 'inputs'))) continue;
    releases[Math.max(id, ...readers)]?.push(id);
  }
  return releases;
}
