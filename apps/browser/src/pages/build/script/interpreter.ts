import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSRuntime,
  type QuickJSWASMModule,
  shouldInterruptAfterDeadline,
} from 'quickjs-emscripten-core';
import { HARNESS } from './harness.js';
import { MAX_MEMORY, MAX_RESULT, MAX_STACK, TIME_LIMIT } from './limits.js';
import type { ScriptProblem, ScriptProblemKind, ScriptResult } from './script-result.js';
import { stripTypes } from './strip-types.js';

/** As stacks name it. */
const FILE = 'net.ts';

/**
 * Runs architectures in QuickJS, a JavaScript interpreter in WebAssembly: the page's policy runs no text as code, and what runs
 * in there has no page, no network and no files, only memory and time, both limited.
 */
export class Interpreter {
  #quickjs: Promise<QuickJSWASMModule> | undefined;

  /** @param packages texts of the modules that may be imported, by name */
  constructor(readonly packages: Readonly<Record<string, string>>) {}

  /** Loads the interpreter, so that the first run need not. */
  load(): Promise<QuickJSWASMModule> {
    this.#quickjs ??= newQuickJSWASMModuleFromVariant(variant);
    return this.#quickjs;
  }

  /** The graph that the default export of a TypeScript file is or returns, or why there is none. */
  async run(text: string, timeLimit = TIME_LIMIT): Promise<ScriptResult> {
    const stripped = stripTypes(text);
    if ('problem' in stripped) return stripped;
    const quickjs = await this.load();
    try {
      const result = this.#run(quickjs, stripped.code, timeLimit);
      // What was stopped by force may have left the interpreter's memory in any state.
      if ('problem' in result && STOPPED.includes(result.problem.kind)) this.#quickjs = undefined;
      return result;
    } catch (error) {
      this.#quickjs = undefined;
      const message = `The interpreter failed: ${error instanceof Error ? error.message : String(error)}`;
      return { problem: { kind: 'throws', message, line: undefined } };
    }
  }

  #run(quickjs: QuickJSWASMModule, code: string, timeLimit: number): ScriptResult {
    const start = performance.now();
    const runtime = quickjs.newRuntime();
    try {
      runtime.setMemoryLimit(MAX_MEMORY);
      runtime.setMaxStackSize(MAX_STACK);
      runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + timeLimit));
      const unknown = this.#provide(runtime, code);
      const context = runtime.newContext();
      try {
        const problem = this.#evaluate(runtime, context, unknown);
        return problem === undefined ? read(context, performance.now() - start) : { problem };
      } finally {
        context.dispose();
      }
    } finally {
      runtime.dispose();
    }
  }

  /** Modules by name; the list that is returned gets the names of those that there are not. */
  #provide(runtime: QuickJSRuntime, code: string): readonly string[] {
    const unknown: string[] = [];
    runtime.setModuleLoader(
      (name) => {
        if (name === FILE) return code;
        const text = Object.hasOwn(this.packages, name) ? this.packages[name] : undefined;
        if (text !== undefined) return text;
        unknown.push(name);
        return { error: new Error(`there is no module "${name}" here`) };
      },
      // Shared chunks lie beside the packages.
      (base, name) =>
        base.startsWith('@convzoo/') ? name.replace(/^\.\//, '@convzoo/') : name.replace(/^\.\/net\.ts$/, FILE),
    );
    return unknown;
  }

  #evaluate(runtime: QuickJSRuntime, context: QuickJSContext, unknown: readonly string[]): ScriptProblem | undefined {
    const evaluated = context.evalCode(HARNESS, 'harness.js', { type: 'module' });
    if (evaluated.error !== undefined)
      return problemOf(
        evaluated.error.consume((error) => dump(context, error)),
        unknown,
      );
    const handle = evaluated.value;
    try {
      const ran = runtime.executePendingJobs();
      if (ran.error !== undefined)
        return problemOf(
          ran.error.consume((error) => dump(context, error)),
          unknown,
        );
      const state = context.getPromiseState(handle);
      if (state.type === 'rejected')
        return problemOf(
          state.error.consume((error) => dump(context, error)),
          unknown,
        );
      if (state.type === 'fulfilled' && !state.notAPromise) state.value.dispose();
      return undefined;
    } finally {
      handle.dispose();
    }
  }
}

const STOPPED: readonly ScriptProblemKind[] = ['too-long', 'too-much-memory'];

interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly kind: string | undefined;
}

function dump(context: QuickJSContext, error: Parameters<QuickJSContext['dump']>[0]): Thrown {
  const value: unknown = context.dump(error);
  if (typeof value !== 'object' || value === null) {
    return { name: '', message: String(value), stack: '', kind: undefined };
  }
  const text = (name: string): string | undefined => {
    const found = (value as Readonly<Record<string, unknown>>)[name];
    return typeof found === 'string' ? found : undefined;
  };
  return { name: text('name') ?? '', message: text('message') ?? '', stack: text('stack') ?? '', kind: text('kind') };
}

function problemOf({ name, message, stack, kind }: Thrown, unknown: readonly string[]): ScriptProblem {
  const [, line] = /net\.ts:(\d+)/.exec(stack) ?? [];
  return {
    kind: kindOf(name, message, kind, unknown),
    message: name === '' || name === 'Error' || kind !== undefined ? message : `${name}: ${message}`,
    line: line === undefined ? undefined : Number(line),
  };
}

function kindOf(
  name: string,
  message: string,
  kind: string | undefined,
  unknown: readonly string[],
): ScriptProblemKind {
  if (kind === 'no-default-export' || kind === 'not-a-graph') return kind;
  if (unknown.length > 0) return 'unknown-import';
  if (name === 'InternalError' && message === 'interrupted') return 'too-long';
  if (name === 'InternalError' && message === 'out of memory') return 'too-much-memory';
  return name === 'SyntaxError' ? 'syntax' : 'throws';
}

function read(context: QuickJSContext, milliseconds: number): ScriptResult {
  const text = context.getProp(context.global, 'convzooResult').consume((handle) => context.dump(handle) as unknown);
  if (typeof text !== 'string') {
    const message = 'The function waits for something that never comes: there are no timers and no network here.';
    return { problem: { kind: 'not-a-graph', message, line: undefined } };
  }
  if (text.length > MAX_RESULT) {
    const message = `The network has ${text.length} characters as JSON; up to ${MAX_RESULT} are taken.`;
    return { problem: { kind: 'too-large', message, line: undefined } };
  }
  return {
    ...(JSON.parse(text) as Pick<Exclude<ScriptResult, { problem: unknown }>, 'graph' | 'customs'>),
    milliseconds,
  };
}
