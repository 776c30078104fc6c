import { float32Tensor, inputOf } from '@convzoo/layers';
import type { Backend } from '@convzoo/runtime';
import { type Network, seededNetwork } from '../network.js';
import type { Task } from '../protocol.js';
import { type Loader, loader } from './runtime.js';

/** A backend of ours: it gets the graph as the zoo has it, folds for itself, and may free the weights that it has copied. */
export function convzooRuntime(backendOf: (task: Task) => Promise<Backend>): Loader {
  return loader<Network>({
    source: async ({ model }) => seededNetwork(model),
    async load(task, { graph, params }) {
      const backend = await backendOf(task);
      const session = await backend.prepare(graph, params, { consume: true });
      const shape = [task.batch, ...inputOf(graph).shape];
      return {
        description: backend.description,
        run: async (input) => (await session.run(float32Tensor(shape, input))).output.data,
      };
    },
  });
}
