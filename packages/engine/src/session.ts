import { type Float32Tensor, float32Tensor, type Graph, nodeAt, type Shape, sizeOf, tapOf } from '@convzoo/layers';
import { checkInput, type NodeTime, type RunResult, RuntimeError, type Session } from '@convzoo/runtime';
import { layOut, type Plan, type Program } from './plan/compile.js';
import type { EngineMemory } from './plan/memory.js';
import type { Placed } from './plan/value.js';
import type { Runner } from './runner.js';

/** A network in the engine's memory. */
export class EngineSession implements Session {
  readonly backend = 'engine';
  readonly graph: Graph;
  readonly #program: Program;
  readonly #memory: EngineMemory;
  readonly #runner: Runner;
  readonly #taps: readonly string[];
  readonly #release: () => void;
  #plan: Plan | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** `release` is told when memory and runner are free for others. */
  constructor(
    graph: Graph,
    program: Program,
    memory: EngineMemory,
    runner: Runner,
    { taps, release }: { readonly taps: readonly string[]; readonly release: () => void },
  ) {
    this.graph = graph;
    this.#program = program;
    this.#memory = memory;
    this.#runner = runner;
    this.#taps = taps;
    this.#release = release;
  }

  async run(input: Float32Tensor): Promise<RunResult> {
    return this.#alone(async () => {
      const plan = this.#ready(input);
      await this.#runner.run(false);
      return this.#results(plan);
    });
  }

  #results(plan: Plan): RunResult {
    const { graph } = this.#program;
    const taps: Record<string, Float32Tensor> = {};
    for (const name of this.#taps) {
      const { id, shape } = tapOf(graph, name);
      const at = id === graph.output ? plan.output : plan.taps.get(name);
      if (at !== undefined) taps[name] = this.#read(at, shape, plan.batch);
    }
    return { output: this.#read(plan.output, nodeAt(graph, graph.output).shape, plan.batch), taps };
  }

  async profile(input: Float32Tensor): Promise<readonly NodeTime[]> {
    return this.#alone(async () => {
      const plan = this.#ready(input);
      const milliseconds = await this.#runner.run(true);
      const times = new Map<string, number>();
      plan.steps.forEach(({ path }, i) => {
        times.set(path, (times.get(path) ?? 0) + (milliseconds[i] ?? 0) / 1000);
      });
      return [...times].map(([path, seconds]) => ({ path, seconds }));
    });
  }

  /** Runs share input and output in memory, so one waits for the other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #ready(input: Float32Tensor): Plan {
    if (this.#disposed) {
      throw new RuntimeError('session-disposed', `This session of ${this.graph.name} was disposed; prepare a new one.`);
    }
    const batch = checkInput(this.graph, input);
    if (this.#plan?.batch !== batch) {
      this.#plan = layOut(this.#program, batch, this.#runner.threads, this.#memory);
      this.#runner.plan(this.#plan.steps);
    }
    this.#write(this.#plan.input, input.data);
    return this.#plan;
  }

  /** The input with the gaps between pixels that its readers need. */
  #write({ address, pixel, pixels, channels }: Placed, data: Float32Array): void {
    const target = this.#memory.floats(address, (pixels * pixel) / 4);
    if (pixel === 4 * channels) target.set(data);
    else for (let i = 0; i < pixels; i++) target.set(data.subarray(i * channels, (i + 1) * channels), (i * pixel) / 4);
  }

  /** A result without the gaps between its pixels. */
  #read({ address, pixel, pixels, channels }: Placed, shape: Shape, batch: number): Float32Tensor {
    const data = new Float32Array(batch * sizeOf(shape));
    const source = this.#memory.floats(address, (pixels * pixel) / 4);
    if (pixel === 4 * channels) data.set(source.subarray(0, data.length));
    else
      for (let i = 0; i < pixels; i++)
        data.set(source.subarray((i * pixel) / 4, (i * pixel) / 4 + channels), i * channels);
    return float32Tensor([batch, ...shape], data);
  }

  /** Runs that wait are refused; the one that is under way still ends. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    this.#plan = undefined;
    this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
