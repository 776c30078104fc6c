import { Builder, float32Tensor, type Graph } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { type Backend, measureLayers, measurePeaks, type NodeTime, type Session } from '../src/index.js';

/** A backend whose nodes take as long as `seconds` says; the first run of a session ten times that. */
function timed(
  seconds: (graph: Graph, path: string, run: number) => number,
): Backend & { readonly open: () => number } {
  let open = 0;
  return {
    name: 'timed',
    description: 'takes as long as it is told',
    unsupported: () => [],
    open: () => open,
    async prepare(graph): Promise<Session> {
      open++;
      let run = 0;
      const dispose = async () => void open--;
      return {
        backend: 'timed',
        graph,
        run: () => Promise.reject(new Error('not asked for')),
        profile: async (): Promise<readonly NodeTime[]> => {
          const slow = run === 0 ? 10 : 1;
          const times = graph.nodes.map(({ path }) => ({ path, seconds: slow * seconds(graph, path, run) }));
          run++;
          return times;
        },
        dispose,
        [Symbol.asyncDispose]: dispose,
      };
    },
  };
}

function tiny(): Graph {
  const nn = new Builder('tiny');
  return nn.graph(nn.conv2d(nn.input([2, 2, 1]), { name: 'conv', out: 1, kernel: 1 }));
}

const x = float32Tensor([1, 2, 2, 1], new Float32Array(4));

describe('measureLayers', () => {
  it('takes the least of several runs, node by node, and not the first', async () => {
    const backend = timed((_, path, run) => (path === 'conv' ? [1, 5, 3, 4] : [1, 2, 7, 6])[run] ?? 9);
    const session = await backend.prepare(tiny(), new Map());
    expect(await measureLayers(session, x)).toEqual([
      { path: 'input', seconds: 2 },
      { path: 'conv', seconds: 3 },
    ]);
  });

  it('says which backend cannot', async () => {
    const session = await timed(() => 1).prepare(tiny(), new Map());
    const blind: Session = { ...session, backend: 'webgl' };
    delete (blind as { profile?: unknown }).profile;
    await expect(measureLayers(blind, x)).rejects.toMatchObject({ code: 'no-profile', message: /webgl/ });
  });
});

describe('measurePeaks', () => {
  it('divides the work by the time, takes the fastest arithmetic, and closes its sessions', async () => {
    const backend = timed((_, path) => (path === '1x1' ? 0.01 : path === 'sum' ? 0.05 : 1));
    const peaks = await measurePeaks(backend);
    expect(peaks.flopsPerSecond).toBeCloseTo((2 * 56 * 56 * 128 * 512) / 0.01, 0);
    expect(peaks.flopsBy).toMatch(/1x1/);
    expect(peaks.bytesPerSecond).toBeCloseTo((3 * 4 * 1024 * 1024 * 12) / 0.05, 0);
    expect(backend.open()).toBe(0);
  });
});
