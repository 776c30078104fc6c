import type { Float32Tensor, Graph, Parameters } from '@convzoo/layers';
import { nodeAt, sizeOf } from '@convzoo/layers';
import { prepareNetwork } from '@convzoo/runtime';
import type { Arithmetic } from '../../src/kernels/arithmetic.js';
import { kernelModule } from '../../src/kernels/index.js';
import { compile, layOut, type Program } from '../../src/plan/compile.js';
import { EngineMemory } from '../../src/plan/memory.js';
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
  /** What memory that a node has no business with is full of; NaN by default. */
  readonly poison?: number;
  /** Whether to skip the isolation: poison once, then run as a session does. */
  readonly plain?: boolean;
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

/** The program, recording what each node is given. */
function watch(program: Program, nodes: Watched[]): Program {
  return {
    ...program,
    compiled: program.compiled.map((compiled) => ({
      ...compiled,
      emit(context) {
        const [tables, scratch, zeroed]: [Region[], Region[], Region[]] = [[], [], []];
        const noted = (regions: Region[], start: number, bytes: number): number => {
          regions.push({ start, end: start + bytes });
          return start;
        };
        const steps = compiled.emit({
          ...context,
          table: (values) => noted(tables, context.table(values), values.byteLength),
          scratch: (bytes) => noted(scratch, context.scratch(bytes), bytes),
          zeroed: (bytes) => noted(zeroed, context.zeroed(bytes), bytes),
        });
        const { inputs, residual, output } = context;
        const reads = residual === undefined ? inputs : [...inputs, residual];
        nodes.push({ path: compiled.node.path, steps, reads, output, tables, scratch, zeroed });
        return steps;
      },
    })),
  };
}

/**
 * Runs a network node by node, each in a memory where nothing is but its weights, its inputs and its tables: the rest is full of
 * `poison`, also what it will write to. After each node everything that is not its own must be as it was. So what reads stale
 * memory or another's shows in the results, and what writes there is an error.
 */
export function runIsolated(
  graph: Graph,
  params: Parameters,
  input: Float32Tensor,
  { arithmetic, threads = 1, optimise = true, poison = Number.NaN, plain = false }: IsolatedOptions,
): Float32Array {
  const { kernels } = machineOf(arithmetic);
  new Float32Array(memory.buffer).fill(poison);
  const network = prepareNetwork(graph, params, { optimise });
  const engine = new EngineMemory(memory);
  const program = compile(network.graph, network.params, engine, arithmetic);
  const nodes: Watched[] = [];
  const [batch = 1] = input.shape;
  const plan = layOut(watch(program, nodes), batch, threads, engine);

  const base = engine.constantsEnd;
  const bytes = () => new Uint8Array(memory.buffer);
  const constants = bytes().slice(0, base);
  // What each node left, by address; all else is poison.
  const world = bytes().slice();
  const lasting = nodes.flatMap(({ tables, zeroed }) => [...tables, ...zeroed]);
  const initial = lasting.map(({ start, end }) => bytes().slice(start, end));
  new Float32Array(world.buffer, base).fill(poison);
  lasting.forEach(({ start }, i) => {
    world.set(initial[i] ?? [], start);
  });
  const values = new Float32Array(world.buffer);
  for (let i = 0; i < plan.input.pixels; i++) {
    const { channels, address, pixel } = plan.input;
    values.set(input.data.subarray(i * channels, (i + 1) * channels), (address + i * pixel) / 4);
  }

  const run = (steps: readonly Step[]): void => {
    for (const { kernel, args } of steps) {
      for (let part = threads - 1; part >= 0; part--) kernels[kernel]?.(...args, part, threads);
    }
  };
  if (plain) {
    bytes().set(world.subarray(base), base);
    for (const { steps } of nodes) run(steps);
    world.set(bytes());
  } else {
    for (const node of nodes) {
      const heap = new Float32Array(memory.buffer, base);
      heap.fill(poison);
      const shown = [...node.reads.flatMap(regionsOf), ...node.tables, ...node.zeroed];
      for (const { start, end } of shown) bytes().set(world.subarray(start, end), start);
      const expected = bytes().slice();
      run(node.steps);
      const actual = bytes();
      const kept = [...regionsOf(node.output), ...node.zeroed];
      for (const { start, end } of [...kept, ...node.scratch]) expected.set(actual.subarray(start, end), start);
      const changed = firstDifference(expected, actual, base);
      if (changed !== undefined) {
        throw new Error(
          `${node.path} (${node.steps.map(({ kernel }) => kernel).join(', ')}) wrote to ${changed}, which is not its own: ` +
            `its output is at ${node.output.address} to ${node.output.address + node.output.pixels * node.output.pixel}, ` +
            `its scratch at ${node.scratch.map(({ start, end }) => `${start} to ${end}`).join(', ') || 'none'}`,
        );
      }
      for (const { start, end } of kept) world.set(actual.subarray(start, end), start);
    }
  }
  if (firstDifference(constants, bytes().subarray(0, base), 0) !== undefined) throw new Error('weights were changed');

  const { shape } = nodeAt(network.graph, network.graph.output);
  const result = new Float32Array(batch * sizeOf(shape));
  const { address, channels, pixel, pixels } = plan.output;
  for (let i = 0; i < pixels; i++) {
    const from = (address + i * pixel) / 4;
    result.set(values.subarray(from, from + channels), i * channels);
  }
  return result;
}

/** The first byte from `start` on in which they differ. */
function firstDifference(a: Uint8Array, b: Uint8Array, start: number): number | undefined {
  const [left, right] = [words(a, start), words(b, start)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return start + 4 * i;
  return undefined;
}

const words = (bytes: Uint8Array, start: number): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >> 2);
