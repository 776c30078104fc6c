import { isTrainable, type ParamSpec, paramsOf } from '@convzoo/layers';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { hash32, hashText, initialise, sgd, Trainer } from '../src/index.js';
import { type Array64, norm, parameters64 } from './reference/array.js';
import { lossAndGradients } from './reference/network.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { relativeError } from './support/compare.js';
import { randomArray, seeds } from './support/random.js';
import { DEAD, dropoutMasks, networkSteps, RANDOM_NETWORK, randomNetwork } from './support/random-network.js';

const BATCH = 4;

const choices = fc.record({ steps: networkSteps, seed: seeds, frozen: seeds, smoothing: fc.constantFrom(0, 0.1) });

await onBackends('random networks, partly frozen', (backend) => {
  checkThatTensorsAreFreed();

  it('have the gradients and running statistics of the float64 reference, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(choices, async ({ steps, seed, frozen, smoothing }) => {
        const graph = randomNetwork(steps);
        // A quarter of the layers is frozen. All parameters of one share their fate, so that whole norms are.
        const trained = ({ path }: ParamSpec): boolean => hash32(frozen, hashText(path.replace(/\.\w+$/, ''))) % 4 > 0;
        const isAlive = (path: string): boolean => !path.startsWith(DEAD);
        const wanted = paramsOf(graph).filter((spec) => isTrainable(spec) && trained(spec) && isAlive(spec.path));
        fc.pre(wanted.length > 0);
        const params = initialise(graph, seed);
        const x = randomArray([BATCH, ...RANDOM_NETWORK.input], seed);
        const labels = Int32Array.from({ length: BATCH }, (_, n) => n % RANDOM_NETWORK.classes);
        const trainedPaths = new Set(
          paramsOf(graph)
            .filter(trained)
            .map((spec) => spec.path),
        );
        const { loss, gradients, trace } = lossAndGradients(graph, parameters64(params), x, labels, {
          trained: (path) => trainedPaths.has(path),
          masks: dropoutMasks(graph, BATCH, seed, 0),
          smoothing,
        });
        // Near a kink float32 may take the other side. Equal elements of a max pool are equal in float32 too.
        const margins = graph.nodes.map(
          ({ id, op }) => (op === 'activation' ? trace.results[id]?.margin : undefined) ?? 1,
        );
        fc.pre(Math.min(...margins) > 1e-5);

        const options = { graph, params, backend, optimiser: sgd(), trained, seed, labelSmoothing: smoothing };
        using trainer = await Trainer.create(options);
        const ours = await trainer.gradients(Float32Array.from(x.data), labels);
        expect(Math.abs(ours.loss - loss)).toBeLessThan(1e-5);
        expect([...ours.gradients.keys()].sort()).toEqual(wanted.map((spec) => spec.path).sort());
        const largest = Math.max(...wanted.map(({ path }) => norm(gradients.get(path)?.data ?? [])));
        for (const [path, { data }] of ours.gradients) {
          expect(relativeError(data, gradients.get(path) as Array64, 1e-2 * largest)).toBeLessThan(1e-4);
        }
        const running = [...trace.running].filter(([path]) => isAlive(path));
        expect([...ours.running.keys()].sort()).toEqual(running.map(([path]) => path).sort());
        for (const [path, value] of running) {
          expect(relativeError(ours.running.get(path)?.data ?? [], value, 1)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 40 },
    );
  });
});
