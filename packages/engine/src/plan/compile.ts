import {
  type AnyNode,
  type Graph,
  isDepthwise,
  type NodeId,
  nodeAt,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { leastHalfFor } from '../kernels/half.js';
import { isClamp } from './clamp.js';
import type { Emit } from './context.js';
import { convolution, leavesGaps } from './convolution.js';
import { type FusedSum, fuseSums } from './fuse-sums.js';
import type { EngineMemory } from './memory.js';
import { type Method, methodsOf } from './method.js';
import { otherOp } from './other-ops.js';
import { Packer } from './pack.js';
import { dense } from './products.js';
import { LANES, type Layout, layoutOf } from './value.js';

/** One node that computes something, and how its steps are made. */
export interface Compiled {
  readonly node: AnyNode;
  /** Whose result this is: the node's own, or that of the sum that was fused into it. */
  readonly result: AnyNode;
  readonly inputs: readonly NodeId[];
  readonly residual: NodeId | undefined;
  /** Bytes of its weights in memory, in the form that its kernel reads. */
  readonly weightBytes: number;
  readonly emit: Emit;
  /** Whether its result's pixels may have gaps between them. */
  readonly leavesGaps: boolean;
}

/** A network whose weights are in memory, ready to be laid out for any batch. */
export interface Program {
  readonly graph: Graph;
  readonly compiled: readonly Compiled[];
  readonly zeros: number;
}

/** Whether a node can read pixels of any distance: then the input may stay as the user has it. */
function readsAnyPixel(node: AnyNode, graph: Graph): boolean {
  if (node.op === 'rescale') return true;
  return node.op === 'conv2d' && !isDepthwise(node, graph) && layoutOf(graph.nodes[0]?.shape ?? []).channels < LANES;
}

/** How a node's result lies in memory: as others have it, but for an input that its readers take as the user has it. */
export function layoutOfNode(node: AnyNode, graph: Graph): Layout {
  const layout = layoutOf(node.shape);
  if (node.op !== 'input') return layout;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(node.id));
  const raw = node.id !== graph.output && readers.every((reader) => readsAnyPixel(reader, graph));
  return raw ? { ...layout, pixel: 4 * layout.channels } : layout;
}

const CLAMP_FREE = 'linear';

/** Bytes by which Winograd's weights may exceed the plain ones if nothing else is said: enough for VGG-16 and ResNet-101. */
const WINOGRAD_BUDGET = 268_435_456;
/** What every network may have; a small one needs no more. */
const LEAST_BUDGET = 33_554_432;

/**
 * At most three quarters of the plain ones: more is for maps of few tiles, whose weights are as well evaluated in each run (ResNet-34
 * and Darknet-19 take as long with 148 and 85 MB as with 204 and 199).
 */
function budgetFor(graph: Graph): number {
  const plain = paramsOf(graph).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  return Math.min(WINOGRAD_BUDGET, Math.max(LEAST_BUDGET, 0.75 * plain));
}

/** What is decided by size or budget if nothing else is said. */
export interface CompileOptions {
  /** As EngineOptions has it. */
  readonly winogradBudget?: number | undefined;
  /** Of the convolutions; those that are fastest within the budget. */
  readonly methods?: ReadonlyMap<NodeId, Method> | undefined;
  /** Values of a dense kernel from which on halves stay halves. */
  readonly leastHalf?: number | undefined;
}

/** Packs every weight into memory. The graph is in its inference form, and all of its ops are known. */
export function compile(
  graph: Graph,
  params: Parameters,
  memory: EngineMemory,
  arithmetic: Arithmetic,
  options: CompileOptions = {},
): Program {
  const { program, packer } = compileOnly(graph, params, memory, arithmetic, options);
  packer.pack();
  return program;
}

/** The same, but kernels have their places only: `packer` is to fill them before anything runs. */
export function compileOnly(
  graph: Graph,
  params: Parameters,
  memory: EngineMemory,
  arithmetic: Arithmetic,
  {
    winogradBudget = budgetFor(graph),
    methods = methodsOf(graph, winogradBudget),
    leastHalf = leastHalfFor(arithmetic),
  }: CompileOptions = {},
): { readonly program: Program; readonly packer: Packer } {
  const packer = new Packer(memory, arithmetic, leastHalf);
  const widest = Math.max(...graph.nodes.map((node) => rowBytes(node)));
  const zeros = memory.put(new Float32Array(widest / 4 + 64));
  const sums = fuseSums(graph);
  const absorbed = new Set([...sums.values()].map(({ add }) => add.id));
  const compiled: Compiled[] = [];
  for (const node of graph.nodes) {
    if (node.op === 'input' || absorbed.has(node.id)) continue;
    const sum = sums.get(node.id);
    const start = memory.constantsEnd;
    const emit = emitOf(node, methods.get(node.id) ?? 'table', sum, graph, params, packer, arithmetic);
    if (emit === undefined) throw new RangeError(`${node.path}: the engine has no kernel for ${node.op}`);
    const result = sum?.add ?? node;
    compiled.push({
      node,
      result,
      inputs: node.inputs,
      residual: sum?.residual,
      weightBytes: memory.constantsEnd - start,
      emit,
      leavesGaps: gapsIn(node, methods.get(node.id)),
    });
  }
  return { program: { graph, compiled, zeros }, packer };
}

/** A step in place behind a convolution would go over its gaps. */
const gapsIn = (node: AnyNode, method: Method | undefined): boolean =>
  node.op === 'conv2d' && method !== undefined && leavesGaps.has(method) && isClamp(node.attributes.activation);

/** Bytes of a row of a map, or of a vector: a row of zeros must be as long as the longest, and as wide as any pixel. */
function rowBytes(node: AnyNode): number {
  const { width, pixel } = layoutOf(node.shape);
  return width * pixel;
}

function emitOf(
  node: AnyNode,
  method: Method,
  sum: FusedSum | undefined,
  graph: Graph,
  params: Parameters,
  packer: Packer,
  arithmetic: Arithmetic,
): Emit | undefined {
  const input = nodeAt(graph, node.inputs[0] ?? 0);
  switch (node.op) {
    case 'conv2d': {
      const activation = sum?.add.attributes.activation ?? node.attributes.activation;
      const emit = convolution(
        { ...node, attributes: { ...node.attributes, activation: isClamp(activation) ? activation : CLAMP_FREE } },
        ...([method, params, packer, arithmetic, layoutOfNode(input, graph)] as const),
      );
      return withActivation(node.path, activation, emit);
    }
    case 'dense': {
      const { activation } = node.attributes;
      const emit = dense(
        { ...node, attributes: { activation: isClamp(activation) ? activation : CLAMP_FREE } },
        ...([params, packer, arithmetic] as const),
      );
      return withActivation(node.path, activation, emit);
    }
    case 'add': {
      const emit = otherOp(node, graph, params, packer.memory);
      return emit === undefined ? undefined : withActivation(node.path, node.attributes.activation, emit);
    }
    default:
      return otherOp(node, graph, params, packer.memory);
  }
}

/** An activation that is no clamp is a step of its own, in place. */
function withActivation(path: string, activation: string, emit: Emit): Emit {
  if (activation === CLAMP_FREE || activation === 'relu' || activation === 'relu6') return emit;
  return (context) => {
    const { address, pixels, pixel } = context.output;
    return [...emit(context), { kernel: activation, path, args: [address, address, (pixels * pixel) / 16] }];
  };
}
