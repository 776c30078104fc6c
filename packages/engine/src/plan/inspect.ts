import {
  type AnyNode,
  float32Tensor,
  type Graph,
  nodeAt,
  optimiseForInference,
  type Parameters,
  paramsOf,
  type Shape,
  sizeOf,
} from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { type Compiled, compile } from './compile.js';
import { layOut } from './lay-out.js';
import { ImaginedMemory } from './memory.js';
import { portionsOf } from './portions.js';
import type { Step } from './step.js';

/** One node of a plan. */
export interface PlannedLayer {
  /** Path of the node, or of the sum that was fused into it. */
  readonly path: string;
  readonly op: string;
  /** What computes it: the kernel of its main step, e.g. `winograd4`, or `rows` for a product over whole kernel rows. */
  readonly kernel: string;
  /** Examples at once: of large maps fewer than the plan's. */
  readonly examples: number;
  /** Kernel calls for all portions of the batch, each with a barrier between threads behind it. */
  readonly steps: number;
  /** Of its result, for one example. */
  readonly shape: Shape;
  /** Multiply-accumulates of its convolution or product for one example, as the definition has them; Winograd needs fewer. */
  readonly macs: number;
  /** Bytes of its weights as they lie in memory: packed, or transformed. */
  readonly weightBytes: number;
  /** Bytes that it reads and writes beside its weights, for the whole batch: inputs, residual, result. */
  readonly activationBytes: number;
  /** Bytes that it needs while it runs, and address tables. */
  readonly scratchBytes: number;
}

/** How a network would be computed. */
export interface PlanReport {
  /** Examples of one run: those of a larger batch come after them. */
  readonly batch: number;
  readonly threads: number;
  readonly layers: readonly PlannedLayer[];
  /** Bytes of all weights in memory. */
  readonly weightBytes: number;
  /** Bytes of all maps, scratch and tables together, places taken again counted once. */
  readonly arenaBytes: number;
}

export interface InspectOptions {
  readonly batch?: number | undefined;
  readonly threads?: number | undefined;
  readonly winogradBudget?: number | undefined;
}

/** The plan of a network, without its weights and without memory for them. */
export function inspectPlan(
  graph: Graph,
  arithmetic: Arithmetic,
  { batch = 1, threads = 1, winogradBudget }: InspectOptions = {},
): PlanReport {
  const prepared = optimiseForInference({ ...graph, taps: {} }).graph;
  const memory = new ImaginedMemory();
  const program = compile(prepared, zeros(prepared), memory, arithmetic, { winogradBudget });
  const seen = program.compiled.map((compiled) => watch(compiled, prepared));
  const portions = portionsOf(program, batch);
  const plan = layOut({ ...program, compiled: seen.map(({ watched }) => watched) }, portions, threads, memory);
  const weightBytes = memory.constantsEnd;
  const layers = seen.map(({ layer }, index): PlannedLayer => {
    const { examples, steps, activationBytes, ...one } = layer();
    const times = index < portions.rest ? portions.batch / portions.front : 1;
    return { ...one, examples, steps: times * steps, activationBytes: times * activationBytes };
  });
  return { batch: portions.batch, threads, layers, weightBytes, arenaBytes: plan.bytes - weightBytes };
}

/** A node that remembers what its first portion needed. */
function watch(compiled: Compiled, graph: Graph): { readonly watched: Compiled; layer(): PlannedLayer } {
  const { node, result, inputs, residual, weightBytes, emit } = compiled;
  const sources = residual === undefined ? inputs : [...inputs, residual];
  const values = sources.map((id) => sizeOf(nodeAt(graph, id).shape)).concat(sizeOf(result.shape));
  let first: PlannedLayer | undefined;
  const watched: Compiled = {
    ...compiled,
    emit(context) {
      let scratchBytes = 0;
      const counted =
        (take: (bytes: number) => number) =>
        (bytes: number): number => {
          scratchBytes += bytes;
          return take(bytes);
        };
      const steps = emit({
        ...context,
        table(table) {
          scratchBytes += table.byteLength;
          return context.table(table);
        },
        scratch: counted(context.scratch),
        zeroed: counted(context.zeroed),
      });
      first ??= {
        path: result.path,
        op: node.op,
        kernel: kernelOf(node, steps),
        examples: context.batch,
        steps: steps.length,
        shape: result.shape,
        macs: macsOf(node),
        weightBytes,
        activationBytes: 4 * context.batch * values.reduce((sum, count) => sum + count, 0),
        scratchBytes,
      };
      return steps;
    },
  };
  return {
    watched,
    layer() {
      if (first === undefined) throw new RangeError(`${result.path} was not laid out`);
      return first;
    },
  };
}

/** The step that computes: a copy into place may come before it, an activation or a sum behind. */
function kernelOf(node: AnyNode, steps: readonly Step[]): string {
  const names = steps.map(({ kernel }) => kernel.replace(/Shared|Input$/, ''));
  if (node.op === 'conv2d' && names[0] === 'placeImage') return names[1] === 'stem' ? 'stem' : 'rows';
  return names.find((name) => name !== 'clear' && name !== 'strassenWeights') ?? '';
}

function macsOf(node: AnyNode): number {
  const kernel = node.params.find(({ role }) => role === 'kernel');
  return kernel === undefined ? 0 : sizeOf(node.shape.slice(0, -1)) * sizeOf(kernel.shape);
}

/** Values that nobody reads, in memory that is not touched. */
const zeros = (graph: Graph): Parameters =>
  new Map(paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)))]));
