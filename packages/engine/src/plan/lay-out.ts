import { type AnyNode, inputOf, type NodeId, nodeAt } from '@convzoo/layers';
import { Arena } from './arena.js';
import { type Compiled, layoutOfNode, type Program } from './compile.js';
import { type ConcatPart, concatParts } from './concat-places.js';
import { aligned, checkCountable, type EngineMemory } from './memory.js';
import { PlanMemory } from './plan-memory.js';
import type { Portions } from './portions.js';
import type { Step } from './step.js';
import { bytesOf, type Layout, layoutOf, type Placed } from './value.js';

/** A network laid out: every address is known. */
export interface Plan {
  /** Examples of one run. */
  readonly batch: number;
  readonly steps: readonly Step[];
  readonly input: Placed;
  readonly output: Placed;
  readonly taps: ReadonlyMap<string, Placed>;
  /** Bytes of memory up to the end of the plan. */
  readonly bytes: number;
}

/** Ops that read no value after they have written another: their result may take the place of an input that nobody reads again. */
const IN_PLACE: ReadonlySet<string> = new Set([
  ...['activation', 'leakyRelu', 'add', 'multiply', 'batchNorm', 'layerScale', 'rescale', 'layerNorm'],
]);

const sameLayout = (a: Layout, b: Layout): boolean =>
  a.height === b.height && a.width === b.width && a.channels === b.channels && a.pixel === b.pixel;

/**
 * Lays a program out for a batch, behind the constants, tables included. What lay there before is gone. Nodes before `rest` run for
 * one portion of the batch after another, in the same places; what is read behind them has room for all examples.
 */
export function layOut(program: Program, portions: Portions, threads: number, memory: EngineMemory): Plan {
  const { graph, compiled, zeros } = program;
  const { batch, front, rest } = portions;
  const arena = new Arena(memory.constantsEnd);
  const own = new PlanMemory(arena);
  const kept = new Set([graph.output, inputOf(graph).id, ...Object.values(graph.taps)]);
  const parts = concatParts(graph, compiled, kept);
  const whole = wholeValues(compiled, rest, kept, parts);
  const lastUse = lastUses(compiled);
  const placed = new Map<NodeId, Placed>();
  const place = (node: AnyNode, index: number): Placed => {
    const layout = layoutOfNode(node, graph);
    const examples = whole.has(node.id) ? batch : front;
    const bytes = bytesOf(layout, examples) + BEHIND;
    checkCountable(bytes, `The result of ${node.path || 'the input'}`);
    // Where portions come one after another nobody else may have had the place of what all of them write to.
    const address = index < rest && whole.has(node.id) ? arena.takeNew(bytes) : arena.take(bytes);
    return { ...layout, address, pixels: examples * layout.height * layout.width };
  };
  // The first part of a concatenation makes the place for all.
  const placeIn = ({ concat, offset }: ConcatPart, node: AnyNode, index: number): Placed => {
    const all = placed.get(concat) ?? place(nodeAt(graph, concat), index);
    placed.set(concat, all);
    return { ...layoutOf(node.shape), address: all.address + 4 * offset, pixel: all.pixel, pixels: all.pixels };
  };
  const at = (id: NodeId): Placed => {
    const found = placed.get(id);
    if (found === undefined) throw new RangeError(`node ${id} is read before it is computed`);
    return found;
  };
  const portionOf = (id: NodeId, portion: number): Placed => (whole.has(id) ? slice(at(id), portion, front) : at(id));
  const emit = (index: number, portion: number): readonly Step[] => {
    const { result, inputs, residual, emit: make } = nodeOf(compiled, index);
    const where = (id: NodeId): Placed => (index < rest ? portionOf(id, portion) : at(id));
    return make({
      batch: index < rest ? front : batch,
      threads,
      zeros,
      memory,
      output: where(result.id),
      inputs: inputs.map(where),
      residual: residual === undefined ? undefined : where(residual),
      ...own.of(index, portion),
    });
  };

  const input = inputOf(graph);
  placed.set(input.id, place(input, 0));
  const steps: Step[] = [];
  compiled.forEach(({ node, result, inputs, residual }, index) => {
    if (index === rest) steps.push(...otherPortions(portions, emit));
    const dies = (id: NodeId): boolean => lastUse.get(id) === index && !kept.has(id);
    const overwritten = IN_PLACE.has(node.op)
      ? inputs.find(
          (id) => dies(id) && whole.has(id) === whole.has(result.id) && sameLayout(at(id), layoutOfNode(result, graph)),
        )
      : undefined;
    const part = parts.get(result.id);
    const found = overwritten === undefined ? placed.get(result.id) : at(overwritten);
    placed.set(result.id, found ?? (part === undefined ? place(result, index) : placeIn(part, result, index)));
    steps.push(...emit(index, 0));
    own.release(index);
    for (const id of new Set([...inputs, ...(residual === undefined ? [] : [residual])])) {
      const { address, pixels, pixel } = at(id);
      if (dies(id) && id !== overwritten && !parts.has(id)) arena.release(address, pixels * pixel + BEHIND);
    }
  });
  if (rest === compiled.length) steps.push(...otherPortions(portions, emit));
  memory.ensure(aligned(arena.end));
  own.fill(memory);
  const taps = new Map(Object.entries(graph.taps).map(([name, id]) => [name, at(id)]));
  return { batch, steps, input: at(input.id), output: at(graph.output), taps, bytes: arena.end };
}

/** Bytes that kernels may read behind a map. */
const BEHIND = 64;

/** The steps of the front for all portions but the first. */
function otherPortions(
  { batch, front, rest }: Portions,
  emit: (index: number, portion: number) => readonly Step[],
): readonly Step[] {
  const nodes = Array.from({ length: rest }, (_, index) => index);
  const later = Array.from({ length: batch / front - 1 }, (_, i) => i + 1);
  return later.flatMap((portion) => nodes.flatMap((index) => emit(index, portion)));
}

/** A portion of a value that has room for all examples. */
function slice(value: Placed, portion: number, examples: number): Placed {
  const pixels = examples * value.height * value.width;
  return { ...value, address: value.address + portion * pixels * value.pixel, pixels };
}

function nodeOf(compiled: readonly Compiled[], index: number): Compiled {
  const node = compiled[index];
  if (node === undefined) throw new RangeError(`no node ${index}`);
  return node;
}

/** What has room for all examples: what is kept, what the rest computes, what it reads, and the parts of all these. */
function wholeValues(
  compiled: readonly Compiled[],
  rest: number,
  kept: ReadonlySet<NodeId>,
  parts: ReadonlyMap<NodeId, ConcatPart>,
): ReadonlySet<NodeId> {
  const whole = new Set(kept);
  for (const { result, inputs, residual } of compiled.slice(rest)) {
    for (const id of [result.id, ...inputs, residual ?? result.id]) whole.add(id);
  }
  for (const [id, { concat }] of parts) if (whole.has(concat)) whole.add(id);
  return whole;
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
