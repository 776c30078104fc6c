import { type Float32Tensor, float32Tensor, type Graph, type NodeId, nodeAt, sizeOf, tapOf } from '@convzoo/layers';
import { checkInput, type NodeTime, type RunResult, RuntimeError, type Session } from '@convzoo/runtime';
import type { Program } from './plan/compile.js';
import { layOut, type Plan } from './plan/lay-out.js';
import type { EngineMemory } from './plan/memory.js';
import { portionsOf } from './plan/portions.js';
import type { Placed } from './plan/value.js';
import type { Runner } from './runner.js';

interface Result {
  readonly at: Placed;
  readonly tensor: Float32Tensor;
}

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
  #disposing: Promise<void> | undefined;

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
      const { batch, plan } = this.#ready(input);
      const output = this.#result(this.#program.graph.output, plan.output, batch);
      const taps = this.#taps.flatMap((name) => {
        const { id } = tapOf(this.#program.graph, name);
        const at = id === this.#program.graph.output ? plan.output : plan.taps.get(name);
        return at === undefined ? [] : [[name, this.#result(id, at, batch)] as const];
      });
      for (let first = 0; first < batch; first += plan.batch) {
        this.#write(plan, input.data, first);
        await this.#runner.run(false);
        this.#read(output, first);
        for (const [, tap] of taps) this.#read(tap, first);
      }
      return { output: output.tensor, taps: Object.fromEntries(taps.map(([name, { tensor }]) => [name, tensor])) };
    });
  }

  /** Where a result lies after each run, and a tensor for that of the whole batch. */
  #result(id: NodeId, at: Placed, batch: number): Result {
    const { shape } = nodeAt(this.#program.graph, id);
    return { at, tensor: float32Tensor([batch, ...shape], new Float32Array(batch * sizeOf(shape))) };
  }

  async profile(input: Float32Tensor): Promise<readonly NodeTime[]> {
    return this.#alone(async () => {
      const { batch, plan } = this.#ready(input);
      const times = new Map<string, number>();
      for (let first = 0; first < batch; first += plan.batch) {
        this.#write(plan, input.data, first);
        const milliseconds = await this.#runner.run(true);
        plan.steps.forEach(({ path }, i) => {
          times.set(path, (times.get(path) ?? 0) + (milliseconds[i] ?? 0) / 1000);
        });
      }
      return [...times].map(([path, seconds]) => ({ path, seconds }));
    });
  }

  /** Runs share input and output in memory, so one waits for the other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #ready(input: Float32Tensor): { readonly batch: number; readonly plan: Plan } {
    if (this.#disposing !== undefined) {
      throw new RuntimeError('session-disposed', `This session of ${this.graph.name} was disposed; prepare a new one.`);
    }
    const batch = checkInput(this.graph, input);
    const portions = portionsOf(this.#program, batch);
    if (this.#plan?.batch !== portions.batch) {
      this.#plan = layOut(this.#program, portions, this.#runner.threads, this.#memory);
      this.#runner.plan(this.#plan.steps);
    }
    return { batch, plan: this.#plan };
  }

  /** The plan's examples from `first` on, with the gaps between pixels that their readers need. */
  #write({ input }: Plan, all: Float32Array, first: number): void {
    const { address, pixel, pixels, channels, height, width } = input;
    const data = all.subarray(first * height * width * channels);
    const target = this.#memory.floats(address, (pixels * pixel) / 4);
    if (pixel === 4 * channels) target.set(data.subarray(0, target.length));
    else for (let i = 0; i < pixels; i++) target.set(data.subarray(i * channels, (i + 1) * channels), (i * pixel) / 4);
  }

  /** A plan's results as those of the examples from `first` on, without the gaps between pixels. */
  #read({ at, tensor }: Result, first: number): void {
    const { address, pixel, pixels, channels, height, width } = at;
    const data = tensor.data.subarray(first * height * width * channels);
    const source = this.#memory.floats(address, (pixels * pixel) / 4);
    if (pixel === 4 * channels) data.set(source);
    else
      for (let i = 0; i < pixels; i++)
        data.set(source.subarray((i * pixel) / 4, (i * pixel) / 4 + channels), i * channels);
  }

  /** Runs that wait are refused; the one that is under way still ends. */
  async dispose(): Promise<void> {
    this.#disposing ??= this.#end();
    return this.#disposing;
  }

  async #end(): Promise<void> {
    await this.#last;
    this.#plan = undefined;
    this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
