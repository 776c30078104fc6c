import { Builder, float32Tensor, isTrainable, type ParamSpec, paramsOf } from '@convzoo/layers';
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
        const params = new Map(initialise(graph, seed));
        // At 1e-6, where they start, layer scales would hide the gradients behind them and leave max pools near-ties.
        for (const { path, shape } of paramsOf(graph)) {
          if (path.endsWith('.gamma'))
            params.set(path, float32Tensor(shape, Float32Array.from(randomArray(shape, seed).data)));
        }
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
          ({ id, op }) => (op === 'activation' || op === 'leakyRelu' ? trace.results[id]?.margin : undefined) ?? 1,
        );
        fc.pre(Math.min(...margins) > 1e-5);

        const options = { graph, params, backend, optimiser: sgd(), trained, seed, labelSmoothing: smoothing };
        using trainer = await Trainer.create(options);
        const ours = await trainer.gradients(Float32Array.from(x.data), labels);
        expect(Math.abs(ours.loss - loss)).toBeLessThan(1e-5);
        expect([...ours.gradients.keys()].sort()).toEqual(wanted.map((spec) => spec.path).sort());
        const largest = Math.max(...wanted.map(({ path }) => norm(gradients.get(path)?.data ?? [])));
        for (const [path, { data }] of ours.gradients) {
          // All of them may be 0: a kernel over nothing but padding.
          expect(relativeError(data, gradients.get(path) as Array64, 1e-2 * largest || 1)).toBeLessThan(1e-4);
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

  it('layers that two places share: gradients add up, and statistics are updated twice, in order', async () => {
    const nn = new Builder('shared');
    let x = nn.input([4, 4, 2]);
    const conv = { path: 'conv.weight', role: 'kernel', shape: [3, 3, 2, 2] } as const;
    const norm = (['scale', 'shift', 'mean', 'variance'] as const).map((role) => ({
      path: `bn.${role}`,
      role,
      shape: [2],
    }));
    const padding = [1, 1, 1, 1] as const;
    const convolution = { strides: [1, 1], padding, dilations: [1, 1], groups: 1, activation: 'linear' } as const;
    for (const place of ['a', 'b']) {
      x = nn.node('conv2d', { path: `${place}.conv`, attributes: convolution, inputs: [x], params: [conv] });
      x = nn.node('batchNorm', {
        path: `${place}.bn`,
        attributes: { eps: 1e-5, momentum: 0.3 },
        inputs: [x],
        params: norm,
      });
    }
    const graph = nn.graph(nn.dense(nn.globalAvgPool(nn.activation(x, 'relu')), { name: 'fc', units: 3 }));
    const params = initialise(graph, 1);
    const batch = randomArray([BATCH, 4, 4, 2], 2);
    const labels = Int32Array.of(0, 1, 2, 0);
    const { gradients, trace } = lossAndGradients(graph, parameters64(params), batch, labels);
    using trainer = await Trainer.create({ graph, params, backend, optimiser: sgd() });
    const ours = await trainer.gradients(Float32Array.from(batch.data), labels);
    for (const [path, g] of gradients)
      expect(relativeError(ours.gradients.get(path)?.data ?? [], g, 1e-2)).toBeLessThan(1e-4);
    expect([...ours.running.keys()]).toEqual(['bn.mean', 'bn.variance']);
    for (const [path, value] of trace.running) {
      expect(relativeError(ours.running.get(path)?.data ?? [], value, 0.1)).toBeLessThan(1e-5);
    }
  });
});
