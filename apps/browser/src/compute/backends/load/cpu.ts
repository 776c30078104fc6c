import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import type { LoadedBackend } from '../loaded-backend.js';

export async function load(): Promise<LoadedBackend> {
  return { backend: await cpuBackend(), isLost: () => false, dispose: async () => {} };
}
