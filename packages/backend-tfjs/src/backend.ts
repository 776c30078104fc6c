import type { Graph, Parameters } from '@convzoo/layers';
import { assertSupported, type Backend, type PrepareOptions, RuntimeError, type Session, type UnsupportedNode } from '@convzoo/runtime';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels/kernels.js';
import { TfjsSession } from './session.js';

export interface TfjsBackendOptions {
  /** Name under which tfjs knows it: `wasm`, `cpu`, `tensorflow`, `webgl`, `webgpu`. */
  readonly name: string;
  readonly description: string;
  readonly kernels: Kernels;
}

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

  /** Makes it the active tfjs backend. Once it is loaded this takes effect before the call returns. */
  async activate(): Promise<void> {
    if (tf.getBackend() === this.name) return;
    if (!(await tf.setBackend(this.name))) {
      throw new RuntimeError('backend-unavailable', `tfjs could not start its ${this.name} backend.`);
    }
  }

  unsupported(graph: Graph): readonly UnsupportedNode[] {
    if (this.name !== 'webgpu') return [];
    return graph.nodes
      .filter((node) => node.op === 'custom')
      .map(({ path, op }) => ({ path, op, reason: 'webgpu cannot hand results to plain code in the middle of a run' }));
  }

  async prepare(graph: Graph, params: Parameters, options: PrepareOptions = {}): Promise<Session> {
    assertSupported(this, graph);
    return TfjsSession.create(this, graph, params, options);
  }
}

/** Starts a tfjs backend whose package is loaded, and checks that it really runs. */
export async function startBackend(options: TfjsBackendOptions): Promise<TfjsBackend> {
  const backend = new TfjsBackend(options);
  await backend.activate();
  await tf.ready();
  return backend;
}
