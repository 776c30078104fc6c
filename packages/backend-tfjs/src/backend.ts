import type { Graph, Parameters } from '@convzoo/layers';
import {
  assertSupported,
  type Backend,
  type PrepareOptions,
  RuntimeError,
  type Session,
  type UnsupportedNode,
} from '@convzoo/runtime';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels/kernels.js';
import { TfjsSession } from './session.js';

export interface TfjsBackendOptions {
  /** Name under which tfjs knows it: `wasm`, `cpu`, `tensorflow`, `webgl`, `webgpu`. */
  readonly name: string;
  readonly description: string;
  readonly kernels: Kernels;
}

/**
 * The start of a backend that is under way. tfjs keeps one active backend for the whole process, refuses to compute on
 * any while one initialises, and loses the first of two that initialise at once; so starts wait for one another here, and
 * runs wait for starts.
 */
let starting: Promise<unknown> | undefined;

/** A tfjs backend behind the seam of `runtime`; training uses its kernels directly. */
export class TfjsBackend implements Backend {
  readonly name: string;
  readonly description: string;
  readonly kernels: Kernels;

  constructor({ name, description, kernels }: TfjsBackendOptions) {
    this.name = name;
    this.description = description;
    this.kernels = kernels;
  }

  /**
   * Runs `compute` with this backend active. Whoever waits may find another backend active afterwards, so `compute` does
   * not wait; whoever computes with tfjs between two `await`s of their own calls {@link makeActive} after each.
   */
  async run<T>(compute: () => T): Promise<T> {
    do await starting;
    while (starting !== undefined);
    this.makeActive();
    return compute();
  }

  /** Makes it the active backend, once no other is starting. */
  async activate(): Promise<void> {
    await this.run(() => {});
  }

  /**
   * Makes it the active backend before the call returns.
   *
   * @throws RuntimeError `backend-unavailable` while a backend starts, or after `tf.removeBackend`
   */
  makeActive(): void {
    const engine = tf.engine();
    // Both are compared: a slow start that ends after a switch leaves tfjs with one backend's name and another's kernels.
    const isActive = () => engine.backendName === this.name && engine.backend === engine.findBackend(this.name);
    if (starting === undefined) {
      if (isActive()) return;
      // For a backend that was started setBackend is done when it returns its promise; what it throws shows below.
      tf.setBackend(this.name).catch(() => {});
      if (isActive()) return;
    }
    throw new RuntimeError('backend-unavailable', `tfjs cannot switch to its ${this.name} backend now.`);
  }

  unsupported(graph: Graph): readonly UnsupportedNode[] {
    if (this.name !== 'webgpu') return [];
    return graph.nodes
      .filter((node) => node.op === 'custom')
      .map(({ path, op }) => ({
        path,
        op,
        reason: 'webgpu cannot hand results to plain code in the middle of a run',
      }));
  }

  async prepare(graph: Graph, params: Parameters, options: PrepareOptions = {}): Promise<Session> {
    assertSupported(this, graph);
    return TfjsSession.create(this, graph, params, options);
  }
}

/**
 * Starts a tfjs backend whose package is loaded, and checks that it really runs.
 *
 * @throws RuntimeError `backend-unavailable`
 */
export async function startBackend(options: TfjsBackendOptions): Promise<TfjsBackend> {
  while (starting !== undefined) await starting;
  const start = tf.setBackend(options.name).catch(() => false);
  starting = start;
  const started = await start;
  starting = undefined;
  if (!started) throw new RuntimeError('backend-unavailable', `tfjs could not start its ${options.name} backend.`);
  return new TfjsBackend(options);
}
