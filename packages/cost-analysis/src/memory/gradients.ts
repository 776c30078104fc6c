import { type AnyNode, type Graph, isTrainable, type NodeId, nodeAt, sizeOf } from '@convzoo/layers';
import { isViewInTraining } from './values.js';

/** Memory of gradients while backward goes through a graph. */
export interface GradientMemory {
  /** Goes through one node, all that read its result being done: elements in use at most, gradients of parameters included. */
  run(id: NodeId): number;
}

/** A gradient that several results may share. */
interface Buffer {
  readonly elements: number;
  holders: number;
}

/** The gradient of a sum is that of each term, and that of a view the same values. */
const sharesGradient = (node: AnyNode): boolean =>
  isViewInTraining(node) || (node.op === 'add' && node.attributes.activation === 'linear');

export function gradientMemory(graph: Graph, batch: number): GradientMemory {
  const active = activeNodes(graph);
  const seen = new Set<string>();
  const gradients = new Map<NodeId, Buffer>();
  let live = 0;
  let most = 0;
  const hold = (id: NodeId, buffer: Buffer): void => {
    buffer.holders++;
    gradients.set(id, buffer);
  };
  const release = (buffer: Buffer): void => {
    buffer.holders--;
    if (buffer.holders === 0) live -= buffer.elements;
  };
  const allocate = (elements: number): Buffer => {
    live += elements;
    most = Math.max(most, live);
    return { elements, holders: 0 };
  };
  const start = (): void => {
    const { id, shape } = nodeAt(graph, graph.output);
    hold(id, allocate(batch * sizeOf(shape)));
  };
  start();
  return {
    run(id) {
      const node = nodeAt(graph, id);
      const own = gradients.get(id);
      most = live;
      if (own === undefined || !active.has(id)) return most;
      for (const param of node.params) {
        if (isTrainable(param) && !seen.has(param.path)) allocate(sizeOf(param.shape));
        seen.add(param.path);
      }
      const fresh = node.inputs
        .filter((input) => active.has(input))
        .map((input) => {
          const size = batch * sizeOf(nodeAt(graph, input).shape);
          const buffer = sharesGradient(node) ? own : allocate(size);
          buffer.holders++;
          return { input, buffer, size };
        });
      for (const { input, buffer, size } of fresh) {
        const before = gradients.get(input);
        if (before === undefined) {
          gradients.set(input, buffer);
          continue;
        }
        // Added to the gradient that is there, which must be its own to be written to.
        release(buffer);
        if (before.holders === 1) continue;
        release(before);
        hold(input, allocate(size));
      }
      gradients.delete(id);
      release(own);
      return most;
    },
  };
}

/** Nodes that have trained parameters or come after one that has: gradients pass through them alone. */
function activeNodes({ nodes }: Graph): ReadonlySet<NodeId> {
  const active = new Set<NodeId>();
  for (const { id, inputs, params } of nodes) {
    if (params.some(isTrainable) || inputs.some((input) => active.has(input))) active.add(id);
  }
  return active;
}
