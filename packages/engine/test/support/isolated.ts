import type { Float32Tensor, Graph, Parameters } from '@convzoo/layers';
import { nodeAt, sizeOf } from '@convzoo/layers';
import { prepareNetwork } from '@convzoo/runtime';
import type { Arithmetic } from '../../src/kernels/arithmetic.js';
import { kernelModule } from '../../src/kernels/index.js';
import { compile, type Program } from '../../src/plan/compile.js';
import { layOut } from '../../src/plan/lay-out.js';
import { aligned, EngineMemory } from '../../src/plan/memory.js';
import { type Method, methodsOf, possibleMethods } from '../../src/plan/method.js';
import { type Portions, wholly } from '../../src/plan/portions.js';
import type { Step } from '../../src/plan/step.js';
import { type Placed, padded } from '../../src/plan/value.js';

type Kernel = (...args: readonly number[]) => void;

/** Bytes from `start` to before `end`. */
interface Region {
  readonly start: number;
  readonly end: number;
}

/** One node's steps, with all that they may read or write. */
interface Watched {
  readonly path: string;
  readonly steps: readonly Step[];
  readonly weights: Region;
  readonly reads: readonly Placed[];
  readonly output: Placed;
  readonly tables: readonly Region[];
  readonly scratch: readonly Region[];
  readonly zeroed: readonly Region[];
}

export interface IsolatedOptions {
  readonly arithmetic: Arithmetic;
  /** Parts that every step is cut into; they run one after another, the last first. */
  readonly threads?: number;
  readonly optimise?: boolean;
  /** What memory that a node has no business with is full of: NaN, which all but maxima show, or numbers near the largest. */
  readonly poison?: Poison;
  /** Puts a mistake into a step, to see whether it is found. */
  readonly spoil?: (step: Step) => Step;
  /** Values of a dense kernel from which on halves stay halves. */
  readonly leastHalf?: number;
  /** Whether to skip the isolation: poison once, then run as a session does. */
  readonly plain?: boolean;
  /** Computes every convolution so that can be computed so, whatever its size. */
  readonly method?: Method | undefined;
  /** How the batch is computed; all examples at once if nothing is said. */
  readonly portions?: (program: Program, batch: number) => Portions;
}

export type Poison = 'NaN' | 'huge';

/** Signalling NaN, which any arithmetic changes, and numbers of 2^127 on; every word differs from those near it. */
const patterns: Readonly<Record<Poison, number>> = { NaN: 0x7f80_0001, huge: 0x7f00_0000 };
const templates = new Map<Poison, Int32Array>();

/** So many bytes of it; they are not to be written to. */
function poisoned(poison: Poison, bytes: number): Int32Array {
  const count = bytes / 4;
  let words = templates.get(poison);
  if (words === undefined || words.length < count) {
    words = new Int32Array(Math.max(count, 1 << 20));
    for (let i = 0; i < words.length; i++) words[i] = patterns[poison] + (i % 0x3f_ffff);
    templates.set(poison, words);
  }
  return words.subarray(0, count);
}

interface Machine {
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly memory: WebAssembly.Memory;
}

/** One memory for all networks, so that every network finds what others left. */
const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_535 });
const machines = new Map<string, Machine>();

function machineOf(arithmetic: Arithmetic): Machine {
  const key = JSON.stringify(arithmetic);
  const found = machines.get(key);
  if (found !== undefined) return found;
  const module = new WebAssembly.Module(kernelModule(arithmetic, false));
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Kernel>;
  const machine = { kernels, memory };
  machines.set(key, machine);
  return machine;
}

/** The regions of a value: one, or one a pixel where its pixels have gaps between them that belong to others. */
function regionsOf({ address, pixel, pixels, channels }: Placed): readonly Region[] {
  const own = 4 * padded(channels);
  if (own >= pixel) return [{ start: address, end: address + pixels * pixel }];
  return Array.from({ length: pixels }, (_, i) => ({
    start: address + i * pixel,
    end: address + i * pixel + own,
  }));
}

/** Where the weights of each node lie: one after another, up to where the plan begins. */
function weightsOf({ compiled }: Program, end: number): readonly Region[] {
  let start = end - compiled.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  return compiled.map(({ weightBytes }) => {
    const region = { start, end: start + weightBytes };
    start = region.end;
    return region;
  });
}

/** The program, recording what each node is given. */
function watch(program: Program, end: number, nodes: Watched[], spoil: (step: Step) => Step): Program {
  const weights = weightsOf(program, end);
  return {
    ...program,
    compiled: program.compiled.map((compiled, i) => ({
      ...compiled,
      emit(context) {
        const [tables, scratch, zeroed]: [Region[], Region[], Region[]] = [[], [], []];
        const noted = (regions: Region[], start: number, bytes: number): number => {
          regions.push({ start, end: start + bytes });
          return start;
        };
        const emitted = compiled.emit({
          ...context,
          table: (values) => noted(tables, context.table(values), values.byteLength),
          scratch: (bytes) => noted(scratch, context.scratch(bytes), bytes),
          zeroed: (bytes) => noted(zeroed, context.zeroed(bytes), bytes),
        });
        const steps = emitted.map(spoil);
        const { inputs, residual, output } = context;
        const reads = residual === undefined ? inputs : [...inputs, residual];
        nodes.push({ path: compiled.node.path, steps, weights: weights[i]!, reads, output, tables, scratch, zeroed });
        return steps;
      },
    })),
  };
}

/** The weights of all nodes, of which none is to be seen but those that are shown. */
class HiddenWeights {
  readonly #poison: Poison;
  readonly #shared: number;
  readonly #kept: Uint8Array;

  /** Behind `shared` bytes that every node may read, up to `end`. */
  constructor(poison: Poison, shared: number, end: number) {
    this.#poison = poison;
    this.#shared = shared;
    this.#kept = new Uint8Array(memory.buffer, 0, end).slice();
    this.#hide({ start: shared, end });
  }

  /** A node's own, while it runs. An error where they are changed. */
  show({ start, end }: Region, path: string, run: () => void): void {
    this.#check({ start, end }, `weights of ${path} were written to before it ran`);
    const own = this.#kept.subarray(start, end);
    new Uint8Array(memory.buffer).set(own, start);
    run();
    if (firstDifference(own, new Uint8Array(memory.buffer, start, end - start)) !== undefined) {
      throw new Error(`${path} changed its weights`);
    }
    this.#hide({ start, end });
  }

  /** All of them, while all nodes run. */
  showAll(run: () => void): void {
    const all = new Uint8Array(memory.buffer, 0, this.#kept.length);
    all.set(this.#kept);
    run();
    if (firstDifference(this.#kept, all) !== undefined) throw new Error('weights were changed');
    this.#hide({ start: this.#shared, end: this.#kept.length });
  }

  /** Nobody has written to what is hidden, nor to what all may read. */
  check(): void {
    const shared = new Uint8Array(memory.buffer, 0, this.#shared);
    if (firstDifference(this.#kept.subarray(0, this.#shared), shared) !== undefined) {
      throw new Error('the row of zeros was changed');
    }
    this.#check({ start: this.#shared, end: this.#kept.length }, 'weights were changed');
  }

  #hide(region: Region): void {
    this.#pieces(region, (at, words) => new Int32Array(memory.buffer).set(words, at));
  }

  #check(region: Region, message: string): void {
    this.#pieces(region, (at, words) => {
      const found = new Int32Array(memory.buffer, 4 * at, words.length);
      for (let i = 0; i < words.length; i++) if (found[i] !== words[i]) throw new Error(message);
    });
  }

  /** Of the poison that belongs there: the same word at the same place, whatever region was asked for. */
  #pieces({ start, end }: Region, use: (at: number, words: Int32Array) => void): void {
    const words = poisoned(this.#poison, PIECE);
    for (let at = start; at < end; ) {
      const next = Math.min(end, (Math.floor(at / PIECE) + 1) * PIECE);
      use(at / 4, words.subarray((at % PIECE) / 4, ((next - 1) % PIECE) / 4 + 1));
      at = next;
    }
  }
}

/** Bytes of poison that repeat over weights. */
const PIECE = 1 << 22;

/**
 * Runs a network node by node, each in a memory where nothing is but its own weights, its inputs, its tables and the row of zeros:
 * the rest is full of `poison`, also what it will write to. After each node everything that is not its own must be as it was. So
 * what reads stale memory or another's shows in the results, and what writes there is an error.
 */
export function runIsolated(
  graph: Graph,
  params: Parameters,
  input: Float32Tensor,
  {
    arithmetic,
    threads = 1,
    optimise = true,
    poison = 'NaN',
    spoil = (step) => step,
    plain = false,
    leastHalf,
    method,
    portions = (_, examples) => wholly(examples),
  }: IsolatedOptions,
): Float32Array {
  const { kernels } = machineOf(arithmetic);
  // Weights are put here, whatever was left there.
  const left = new Int32Array(memory.buffer);
  left.set(poisoned(poison, left.byteLength));
  const network = prepareNetwork(graph, params, { optimise });
  const engine = new EngineMemory(memory);
  const methods = new Map(methodsOf(network.graph, Number.POSITIVE_INFINITY));
  for (const node of network.graph.nodes) {
    if (method === undefined || node.op !== 'conv2d') continue;
    if (possibleMethods(node, network.graph).has(method)) methods.set(node.id, method);
  }
  const program = compile(network.graph, network.params, engine, arithmetic, { methods, leastHalf });
  const nodes: Watched[] = [];
  const [batch = 1] = input.shape;
  const watched = watch(program, engine.constantsEnd, nodes, spoil);
  const plan = layOut(watched, portions(program, batch), threads, engine);

  // Only what a plan has is watched, and a page behind it; what lies further is behind the end for a session.
  const base = engine.constantsEnd;
  engine.ensure(aligned(plan.bytes) + PAGE);
  const heap = new Uint8Array(memory.buffer, base, aligned(plan.bytes) + PAGE - base);
  const weights = new HiddenWeights(poison, weightsOf(program, base)[0]?.start ?? base, base);
  const piece = (bytes: Uint8Array, { start, end }: Region): Uint8Array => bytes.subarray(start - base, end - base);
  const copy = (to: Uint8Array, from: Uint8Array, regions: readonly Region[]): void => {
    for (const region of regions) piece(to, region).set(piece(from, region));
  };
  // What each node left; all else is poison.
  const empty = new Uint8Array(poisoned(poison, heap.length).buffer, 0, heap.length);
  const world = empty.slice();
  for (const { tables, zeroed } of nodes) copy(world, heap, [...tables, ...zeroed]);
  const values = new Float32Array(world.buffer);
  for (let i = 0; i < plan.input.pixels; i++) {
    const { channels, address, pixel } = plan.input;
    values.set(input.data.subarray(i * channels, (i + 1) * channels), (address - base + i * pixel) / 4);
  }

  const run = (steps: readonly Step[]): void => {
    for (const { kernel, args } of steps) {
      for (let part = threads - 1; part >= 0; part--) kernels[kernel]?.(...args, part, threads);
    }
  };
  if (plain) {
    heap.set(world);
    weights.showAll(() => {
      for (const { steps } of nodes) run(steps);
    });
    world.set(heap);
  } else {
    for (const node of nodes) {
      const expected = empty.slice();
      copy(expected, world, [...node.reads.flatMap(regionsOf), ...node.tables, ...node.zeroed]);
      heap.set(expected);
      weights.show(node.weights, node.path, () => run(node.steps));
      const kept = [...regionsOf(node.output), ...node.zeroed];
      copy(expected, heap, [...kept, ...node.scratch]);
      const changed = firstDifference(expected, heap);
      if (changed !== undefined) {
        throw new Error(
          `${node.path} (${node.steps.map(({ kernel }) => kernel).join(', ')}) wrote to ${base + changed}, which is not its own: ` +
            `its output is at ${node.output.address} to ${node.output.address + node.output.pixels * node.output.pixel}, ` +
            `its scratch at ${node.scratch.map(({ start, end }) => `${start} to ${end}`).join(', ') || 'none'}`,
        );
      }
      copy(world, heap, kept);
    }
  }
  weights.check();

  const { shape } = nodeAt(network.graph, network.graph.output);
  const result = new Float32Array(batch * sizeOf(shape));
  const { address, channels, pixel, pixels } = plan.output;
  for (let i = 0; i < pixels; i++) {
    const from = (address - base + i * pixel) / 4;
    result.set(values.subarray(from, from + channels), i * channels);
  }
  return result;
}

const PAGE = 65_536;

/** The first byte in which they differ, to the next multiple of 4 below. */
function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const [left, right] = [words(a), words(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return 4 * i;
  return undefined;
}

const words = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
