import {
  type AnyNode,
  type Graph,
  inputOf,
  isDepthwise,
  type NodeId,
  nodeAt,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { leastHalfFor } from '../kernels/half.js';
import { Arena } from './arena.js';
import { isClamp } from './clamp.js';
import { type ConcatPart, concatParts } from './concat-places.js';
import { convolution, dense, type Emit, leavesGaps } from './convolution.js';
import { type FusedSum, fuseSums } from './fuse-sums.js';
import { aligned, type EngineMemory } from './memory.js';
import { type Method, methodsOf } from './method.js';
import { otherOp } from './other-ops.js';
import { Packer } from './pack.js';
import type { Step } from './step.js';
import { bytesOf, LANES, type Layout, layoutOf, type Placed } from './value.js';

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

/** A network laid out: every address is known. */
export interface Plan {
  readonly batch: number;
  readonly steps: readonly Step[];
  readonly input: Placed;
  readonly output: Placed;
  readonly taps: ReadonlyMap<string, Placed>;
  /** Bytes of memory up to the end of the plan. */
  readonly bytes: number;
}

/** Whether a node can read pixels of any distance: then the input may stay as the user has it. */
function readsAnyPixel(node: AnyNode, graph: Graph): boolean {
  if (node.op === 'rescale') return true;
  return node.op === 'conv2d' && !isDepthwise(node, graph) && layoutOf(graph.nodes[0]?.shape ?? []).channels < LANES;
}

function layoutOfNode(node: AnyNode, graph: Graph): Layout {
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

/** At most one and a half times the plain ones, so that all of a network's weights take at most 2.5 times their plain size. */
function budgetFor(graph: Graph): number {
  const plain = paramsOf(graph).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  return Math.min(WINOGRAD_BUDGET, Math.max(LEAST_BUDGET, 1.5 * plain));
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

/** Ops that read no value after they have written another: their result may take the place of an input that nobody reads again. */
const IN_PLACE: ReadonlySet<string> = new Set([
  ...['activation', 'leakyRelu', 'add', 'multiply', 'batchNorm', 'layerScale', 'rescale', 'layerNorm'],
]);

const sameLayout = (a: Layout, b: Layout): boolean =>
  a.height === b.height && a.width === b.width && a.channels === b.channels && a.pixel === b.pixel;

/** Lays a program out for a batch, behind the constants, tables included. What lay there before is gone. */
export function layOut(program: Program, batch: number, threads: number, memory: EngineMemory): Plan {
  const { graph, compiled, zeros } = program;
  const arena = new Arena(memory.constantsEnd);
  const kept = new Set([graph.output, inputOf(graph).id, ...Object.values(graph.taps)]);
  const lastUse = lastUses(compiled);
  const placed = new Map<NodeId, Placed>();
  const place = (node: AnyNode): Placed => {
    const layout = layoutOfNode(node, graph);
    const address = arena.take(bytesOf(layout, batch) + 64);
    return { ...layout, address, pixels: batch * layout.height * layout.width };
  };
  const parts = concatParts(graph, compiled, kept);
  // The first part of a concatenation makes the place for all.
  const placeIn = ({ concat, offset }: ConcatPart, node: AnyNode): Placed => {
    const whole = placed.get(concat) ?? place(nodeAt(graph, concat));
    placed.set(concat, whole);
    return { ...layoutOf(node.shape), address: whole.address + 4 * offset, pixel: whole.pixel, pixels: whole.pixels };
  };
  const at = (id: NodeId): Placed => {
    const found = placed.get(id);
    if (found === undefined) throw new RangeError(`node ${id} is read before it is computed`);
    return found;
  };
  const input = inputOf(graph);
  placed.set(input.id, place(input));
  const steps: Step[] = [];
  const tables: { readonly address: number; readonly values: Int32Array }[] = [];
  const cleared: { readonly address: number; readonly bytes: number }[] = [];
  compiled.forEach(({ node, result, inputs, residual, emit }, index) => {
    const dies = (id: NodeId): boolean => lastUse.get(id) === index && !kept.has(id);
    const overwritten = IN_PLACE.has(node.op)
      ? inputs.find((id) => dies(id) && sameLayout(at(id), layoutOfNode(result, graph)))
      : undefined;
    const part = parts.get(result.id);
    const found = overwritten === undefined ? placed.get(result.id) : at(overwritten);
    const output = found ?? (part === undefined ? place(result) : placeIn(part, result));
    const scratch: { readonly address: number; readonly bytes: number }[] = [];
    steps.push(
      ...emit({
        batch,
        threads,
        zeros,
        memory,
        output,
        inputs: inputs.map(at),
        residual: residual === undefined ? undefined : at(residual),
        table(values) {
          const address = arena.takeNew(values.byteLength);
          tables.push({ address, values });
          return address;
        },
        scratch(bytes) {
          const address = arena.take(bytes);
          scratch.push({ address, bytes });
          return address;
        },
        zeroed(bytes) {
          const address = arena.takeNew(bytes);
          cleared.push({ address, bytes });
          return address;
        },
      }),
    );
    placed.set(result.id, output);
    for (const { address, bytes } of scratch) arena.release(address, bytes);
    for (const id of new Set([...inputs, ...(residual === undefined ? [] : [residual])])) {
      if (dies(id) && id !== overwritten && !parts.has(id)) arena.release(at(id).address, bytesOf(at(id), batch) + 64);
    }
  });
  memory.ensure(aligned(arena.end));
  // Nobody else ever has these places, so they may be filled once, now.
  for (const { address, values } of tables) memory.ints(address, values.length).set(values);
  for (const { address, bytes } of cleared) memory.clear(address, bytes);
  const taps = new Map(Object.entries(graph.taps).map(([name, id]) => [name, at(id)]));
  return { batch, steps, input: at(input.id), output: at(graph.output), taps, bytes: arena.end };
}

/** The last of the compiled nodes that reads each result. */
function lastUses(compiled: readonly Compiled[]): ReadonlyMap<NodeId, number> {
  const last = new Map<NodeId, number>();
  compiled.forEach(({ inputs, residual }, index) => {
    for (const id of inputs) last.set(id, index);
    if (residual !== undefined) last.set(residual, index);
  });
  return last;
}
