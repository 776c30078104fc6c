import type { Backend, Session } from '@convzoo/runtime';
import type { LoadedNetwork } from './load.js';

/** A session that takes the network's parameters over: they are read from their file, and freed, as the backend needs them. */
export async function sessionOf(backend: Backend, network: LoadedNetwork): Promise<Session> {
  const { graph, params, fingerprint } = network;
  try {
    return await backend.prepare(graph, params, { consume: true, fingerprint });
  } finally {
    await network.close?.();
  }
}
