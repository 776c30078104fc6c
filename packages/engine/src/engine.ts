import { type Graph, type Parameters, sizeOf } from '@convzoo/layers';
import {
  assertSupported,
  type Backend,
  type PrepareOptions,
  prepareNetwork,
  type Session,
  type UnsupportedNode,
} from '@convzoo/runtime';
import { processors, whyNoThreads } from '#threads';
import { loadKernels, WORTH_CACHING } from './cache/load-kernels.js';
import type { WeightsCache } from './cache/weights-cache.js';
import { detectArithmetic } from './detect.js';
import { EngineError } from './errors.js';
import type { Arithmetic, Instructions } from './kernels/arithmetic.js';
import { kernelModule } from './kernels/index.js';
import { compileOnly } from './plan/compile.js';
import { EngineMemory } from './plan/memory.js';
import { ownRunner, pooledRunner } from './runner.js';
import { EngineSession } from './session.js';
import { ThreadPool } from './threads/pool.js';
import { Workplaces } from './workplaces.js';

export interface EngineOptions {
  /** Instructions to use; found out by default. */
  readonly arithmetic?: Arithmetic | undefined;
  /** Threads; 1 by default. More than 1 need shared memory. */
  readonly threads?: number | undefined;
  /**
   * Bytes by which a network's Winograd weights may exceed the plain ones, 4 times as many in F(4x4, 3x3); what does not fit is
   * evaluated in each run. By default three quarters of the plain ones, but 32 MiB at least and 256 MiB at most; 0 for none.
   */
  readonly winogradBudget?: number | undefined;
  /**
   * Keeps kernels in the engine's own form: `folderCache` of `@convzoo/engine/node`, `opfsCache` of `@convzoo/engine/browser`. Used
   * for parameters with a `fingerprint` whose kernels take 32 MiB or more: smaller ones are packed as fast as they are read.
   */
  readonly cache?: WeightsCache | undefined;
  /** Bytes of kernels from which on they are cached, if not 32 MiB. */
  readonly leastCached?: number | undefined;
}

/** The engine as a backend. Its threads, if it has any, run until it is disposed or the process ends. */
export interface EngineBackend extends Backend, AsyncDisposable {
  readonly threads: number;
  dispose(): Promise<void>;
}

/** Ops that have no kernel. */
const MISSING: ReadonlySet<string> = new Set(['custom']);

const INSTRUCTIONS: Readonly<Record<Instructions, string>> = {
  scalar: 'no SIMD (this runtime has none, so it is slow)',
  simd: 'SIMD',
  'relaxed-simd': 'relaxed SIMD multiply-add',
};

/** More than any machine has cores; a mistaken number must not start a thousand threads. */
const MAX_THREADS = 64;

/**
 * The engine as a backend.
 *
 * @throws EngineError `no-webassembly` where the runtime lacks or refuses it; `no-simd` where it has not the instructions that
 *   `arithmetic` asks for; `no-threads` where more than one thread was asked for and memory cannot be shared or a worker cannot
 *   start; `bad-threads` for a number that is none
 */
export async function engineBackend({
  threads = 1,
  arithmetic = detectArithmetic(),
  winogradBudget,
  cache,
  leastCached: least = WORTH_CACHING,
}: EngineOptions = {}): Promise<EngineBackend> {
  checkThreads(threads);
  const shared = threads > 1;
  // Threads start while the kernels are written.
  const starting = shared ? ThreadPool.start(threads) : undefined;
  const compiling = compileKernels(arithmetic, shared);
  const [pool] = await Promise.all([starting, compiling]).catch(async (error: unknown) => {
    await starting?.then(
      (started) => started.stop(),
      () => undefined,
    );
    throw error;
  });
  const module = await compiling;
  const workplaces = new Workplaces(shared, async (memory) =>
    pool === undefined ? ownRunner(module, memory) : pooledRunner(pool, module, memory),
  );
  let disposed = false;
  const assertAlive = (): void => {
    if (disposed) throw new EngineError('backend-disposed', 'This engine was disposed; make a new backend.');
  };
  const dispose = async (): Promise<void> => {
    disposed = true;
    workplaces.clear();
    await pool?.stop();
  };
  const backend: EngineBackend = {
    name: 'engine',
    description: `convzoo's own WebAssembly kernels, ${INSTRUCTIONS[arithmetic.instructions]}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
    threads,
    unsupported,
    async prepare(graph: Graph, params: Parameters, options: PrepareOptions = {}): Promise<Session> {
      assertAlive();
      assertSupported(backend, graph);
      const network = prepareNetwork(graph, params, options);
      const place = await workplaces.take(bytesOf(network.params));
      const release = (): void => (disposed ? place.runner.close() : workplaces.give(place));
      try {
        assertAlive();
        const memory = new EngineMemory(place.memory);
        const { program, packer } = compileOnly(network.graph, network.params, memory, arithmetic, { winogradBudget });
        const { consume, fingerprint } = options;
        await loadKernels(packer, { graph: network.graph, arithmetic, cache, fingerprint, consume, least });
        assertAlive();
        return new EngineSession(graph, program, memory, place.runner, { taps: options.taps ?? [], release });
      } catch (error) {
        release();
        throw error;
      }
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
  return backend;
}

const bytesOf = (params: Parameters): number =>
  [...params.values()].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);

async function compileKernels(arithmetic: Arithmetic, shared: boolean): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') {
    throw new EngineError('no-webassembly', 'This runtime has no WebAssembly; use the tfjs cpu backend.');
  }
  const bytes = kernelModule(arithmetic, shared);
  if (!WebAssembly.validate(bytes)) throw lacking(arithmetic);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'no-webassembly',
      `This runtime refuses WebAssembly: ${reason}. A Content-Security-Policy needs script-src 'wasm-unsafe-eval'.`,
      { cause },
    );
  }
}

/** What a runtime lacks that refuses the kernels: only `scalar` is chosen without knowing that it has the rest. */
function lacking({ instructions }: Arithmetic): EngineError {
  if (instructions === 'scalar') {
    return new EngineError(
      'no-webassembly',
      "This runtime's WebAssembly is too old: it has no bulk memory operations; use the tfjs cpu backend.",
    );
  }
  return new EngineError(
    'no-simd',
    `This runtime has no WebAssembly ${INSTRUCTIONS[instructions]}, which was asked for; leave \`arithmetic\` out, and the engine takes what there is.`,
  );
}

function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new EngineError('bad-threads', `threads must be a whole number from 1 to ${MAX_THREADS}, got ${threads}.`);
  }
  const reason = threads > 1 ? whyNoThreads() : undefined;
  if (reason !== undefined) {
    throw new EngineError('no-threads', `The engine cannot have ${threads} threads here: ${reason}. It runs on 1.`);
  }
}

/** Threads that the engine can have here, and why not more. */
export function availableThreads(): { readonly threads: number; readonly reason: string } {
  const reason = whyNoThreads();
  return reason === undefined
    ? { threads: processors(), reason: `${processors()} processors` }
    : { threads: 1, reason };
}

function unsupported(graph: Graph): readonly UnsupportedNode[] {
  return graph.nodes.flatMap(({ path, op }) =>
    MISSING.has(op) ? [{ path, op, reason: 'the engine has no kernel for ops from outside the vocabulary' }] : [],
  );
}
