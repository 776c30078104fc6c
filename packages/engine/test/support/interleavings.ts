import { control as places, type Request, threadState } from '../../src/threads/protocol.js';
import type { Code, Op, Steps } from './threads-as-generators.js';

/** What the pool does: sends a session its plan, tells all to run it, waits for the answer. A plan has so many steps. */
export type Action =
  | { readonly do: 'plan'; readonly session: number; readonly steps: number; readonly fails?: number }
  | { readonly do: 'run'; readonly session: number; readonly timed?: boolean }
  | { readonly do: 'wait' };

const PARTS = 2;
/** What the pool looks at while it waits: no place of the control block. */
const ANSWER = -1;

/**
 * Uses of shared memory that nobody comes between: what is to be run is written before anyone is told and read after, and who wakes
 * a barrier has changed what it sleeps at.
 */
const isQuiet = ({ do: what, args: [place = 0] }: Op): boolean =>
  [places.failed, places.session, places.arrived, places.timed].some((quiet) => quiet === place) ||
  (place === places.arrivals && what === 'notify');

interface Agent {
  steps: Steps | undefined;
  op: Op | undefined;
  /** What it has heard since it last forgot everything: with that its own state is known. */
  heard: string;
  /** The place where it waits, and whether it was woken. */
  waits: { readonly place: number; readonly value: number; woken: boolean } | undefined;
}

/** The pool and its threads, one use of shared memory after another, in the order that is asked for. */
class World {
  readonly #control = new Int32Array(places.states + PARTS);
  readonly #inboxes: Request[][] = Array.from({ length: PARTS }, () => []);
  readonly #handlers: ((request: Request) => Steps)[];
  readonly #agents: Agent[];
  /** Steps and parts that were computed in this run, and of which plan they have to be. */
  readonly #computed = new Set<string>();
  #current: { readonly plan: string; readonly steps: number } = { plan: '', steps: 0 };
  #answers = 0;
  #failures = 0;
  /** How far the pool is. */
  #stage = 0;
  wrong: string | undefined;

  constructor(code: Code, actions: readonly Action[], arrivals: number) {
    this.#control[places.arrivals] = arrivals;
    this.#handlers = this.#inboxes.map(() =>
      code.serve((reply) => {
        if (reply.kind === 'failed') this.#failures += Number(reply.message === 'boom');
        if (reply.kind === 'done') this.#done();
      }),
    );
    const pool = this.#agent(this.#pool(code, actions));
    this.#agents = [pool, ...this.#inboxes.map(() => this.#agent(undefined))];
    this.#go(pool, 0);
  }

  #agent = (steps: Steps | undefined): Agent => ({ steps, op: undefined, heard: '', waits: undefined });

  /** As ThreadPool does it. */
  *#pool({ tellByMail, tellToRun }: Code, actions: readonly Action[]): Steps {
    const plans = new Map<number, { readonly plan: string; readonly steps: number }>();
    let hasMail = false;
    for (const [index, action] of actions.entries()) {
      this.#stage++;
      this.#agents[0]!.heard = '';
      if (action.do === 'wait') while (this.#answers + this.#failures === 0) yield { do: 'load', args: [ANSWER] };
      else {
        const inboxes = this.#inboxes;
        const send = (request: (part: number) => Request) =>
          // biome-ignore lint/correctness/useYield: no step of its own: the thread may read it whenever it comes to that
          function* (part: number): Steps {
            inboxes[part]!.push(request(part));
          };
        if (action.do === 'run') {
          this.#current = plans.get(action.session)!;
          this.#computed.clear();
          this.#answers = 0;
          const run = { session: action.session, timed: action.timed ?? false };
          const told = send((part) => ({ kind: 'run', part, parts: PARTS, control: this.#control }));
          const mail = hasMail;
          hasMail = false;
          yield* tellToRun(this.#control, PARTS, run, mail, told);
        } else {
          const { session, steps: count, fails } = action;
          const plan = String(index);
          const steps = Array.from({ length: count }, (_, step) => ({
            kernel: 'compute',
            path: plan,
            args: [index, step],
          }));
          const compute = (of: number, step: number, part: number): void => {
            this.#compute(String(of), step, part);
            if (part === fails) throw new Error('boom');
          };
          const memory = { grow: () => 0, compute } as unknown as WebAssembly.Memory;
          hasMail = true;
          const module = {} as WebAssembly.Module;
          yield* tellByMail(
            this.#control,
            PARTS,
            send(() => ({ kind: 'open', session, module, memory })),
          );
          this.#stage++;
          yield* tellByMail(
            this.#control,
            PARTS,
            send(() => ({ kind: 'plan', session, steps })),
          );
          plans.set(session, { plan, steps: count });
        }
      }
    }
    this.#stage++;
  }

  #compute(plan: string, step: number, part: number): void {
    if (plan !== this.#current.plan) this.#note('a plan that is not the one');
    if (this.#computed.has(`${step} ${part}`)) this.#note('a step done twice');
    const before = step === 0 || [0, 1].every((each) => this.#computed.has(`${step - 1} ${each}`));
    if (!before) this.#note('a step before the last one was done');
    this.#computed.add(`${step} ${part}`);
  }

  /** Threads catch what is thrown in them. */
  #note(wrong: string): void {
    this.wrong ??= wrong;
  }

  #done(): void {
    if (++this.#answers > 1) this.#note('two answers');
    if (this.#computed.size !== PARTS * this.#current.steps) this.#note('an answer before all is done');
  }

  /** The agents that can go on. Sleep behind a run may end at any time; a barrier's only where a thread failed. */
  get ready(): readonly number[] {
    return this.#agents.flatMap(({ op, waits }, i) => {
      if (waits !== undefined) {
        const { place, value, woken } = waits;
        const expires = place === places.arrivals ? this.#control[places.failed] === 1 : this.#control[place] === value;
        return woken || expires ? [i] : [];
      }
      if (op?.args[0] === ANSWER) return this.#answers + this.#failures > 0 ? [i] : [];
      return op === undefined ? [] : [i];
    });
  }

  /** One agent does what it is about to do, and goes on to what it will do next. */
  step(index: number): void {
    const agent = this.#agents[index]!;
    const { op, waits } = agent;
    if (waits !== undefined) {
      agent.waits = undefined;
      this.#go(agent, Number(waits.woken));
    } else if (op !== undefined) this.#perform(agent, op, index);
    this.#read();
  }

  /** Threads at home read what there is, up to where they use shared memory: nobody sees when. */
  #read(): void {
    for (const [part, inbox] of this.#inboxes.entries()) {
      const agent = this.#agents[part + 1]!;
      while (agent.steps === undefined && inbox.length > 0) {
        agent.steps = this.#handlers[part]!(inbox.shift()!);
        this.#go(agent, 0);
      }
    }
  }

  #perform(agent: Agent, op: Op, index: number): void {
    const [place = 0, value = 0] = op.args;
    if (op.do === 'wait' && this.#control[place] === value) {
      agent.waits = { place, value, woken: false };
      return;
    }
    // Nothing that it knew matters to a thread that begins a run, or comes to a barrier, but for how far it is.
    if (op.do === 'store' && place === places.states + index - 1 && value === threadState.runs) agent.heard = '';
    if (op.do === 'add') agent.heard = `${agent.heard.replace(/[^b]/g, '')}b`;
    // Nor to the pool what became of one thread, when it comes to the next.
    const { heard } = agent;
    this.#go(agent, this.#effect(op));
    if (index === 0 && agent.op?.args[0] !== place) agent.heard = '';
    else if (agent.steps !== undefined && (op.do === 'load' || op.do === 'notify')) agent.heard = heard;
  }

  #effect({ do: what, args: [place = 0, a = 0, b = 0] }: Op): number {
    if (what === 'notify') for (const { waits } of this.#agents) if (waits?.place === place) waits.woken = true;
    return what === 'wait' || what === 'notify' || place === ANSWER ? 0 : Atomics[what](this.#control, place, a, b);
  }

  #go(agent: Agent, value: number): void {
    let heard = value;
    for (;;) {
      agent.heard += heard;
      const { done, value: op } = agent.steps!.next(heard);
      agent.op = done === true ? undefined : op;
      if (done === true) {
        agent.steps = undefined;
        agent.heard = '';
        return;
      }
      if (!isQuiet(op)) return;
      heard = this.#effect(op);
    }
  }

  /** All that decides what can happen from here. */
  get key(): string {
    const agents = this.#agents.map(({ op, heard, waits }) => [op?.do, op?.args, heard, waits]);
    const inboxes = this.#inboxes.map((inbox) => inbox.map(({ kind }) => kind));
    const counts = [this.#stage, this.#answers, this.#failures];
    return JSON.stringify([[...this.#control], agents, inboxes, [...this.#computed].sort(), counts]);
  }

  get ended(): boolean {
    return this.#agents.every(({ op, waits }) => op === undefined && waits === undefined);
  }
}

class Wrong extends Error {}

export interface Explored {
  readonly states: number;
  /** What can go wrong, if anything can. */
  readonly wrong: string | undefined;
}

/** Every order in which the pool and two threads can go through these actions. */
export function explore(code: Code, actions: readonly Action[], arrivals = 0): Explored {
  const seen = new Set<string>();
  const paths: number[][] = [[]];
  try {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const world = new World(code, actions, arrivals);
      for (const index of path) world.step(index);
      for (;;) {
        const { key, ready, wrong } = world;
        if (wrong !== undefined) throw new Wrong(wrong);
        if (seen.has(key)) break;
        seen.add(key);
        const [first, ...others] = ready;
        if (first === undefined) {
          if (!world.ended) throw new Wrong('somebody waits for ever');
          break;
        }
        for (const other of others) paths.push([...path, other]);
        path.push(first);
        world.step(first);
      }
    }
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { states: seen.size, wrong: error.message };
  }
  return { states: seen.size, wrong: undefined };
}
