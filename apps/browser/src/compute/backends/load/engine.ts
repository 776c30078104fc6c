import { engineBackend } from '@convzoo/engine';
import type { LoadedBackend } from '../loaded-backend.js';

export async function load(threads: number): Promise<LoadedBackend> {
  const backend = await engineBackend({ threads });
  return { backend, isLost: () => false, dispose: () => backend.dispose() };
}
