import { describe, expect, it } from 'vitest';
import { run } from './run.js';

interface Layer {
  readonly path: string;
  readonly kernel: string;
  readonly macs: number;
  readonly weightBytes: number;
  readonly predictedSeconds: number;
}

interface Plan {
  readonly threads: number;
  readonly batch: number;
  readonly weightBytes: number;
  readonly layers: readonly Layer[];
}

async function planOf(...args: readonly string[]): Promise<Plan> {
  const { code, stdout, stderr } = await run(['engine', 'plan', ...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('convzoo engine plan', () => {
  it.each([80, 160])('keeps within %i columns, with kernel, bytes and time', async (columns) => {
    const { code, stdout } = await run(['engine', 'plan', 'mobilenet_v2', '--threads', '1'], { columns });
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(lines.find((line) => line.startsWith('layer'))).toMatch(/kernel .*output .*weights .*MACs .*predicted/);
    expect(lines.find((line) => line.startsWith('features.1.conv.0.0'))).toMatch(/depthwise3 .*112x112x32 .* ms$/);
  });

  it('counts the MACs of every picture of the network', async () => {
    const { layers, batch, threads } = await planOf('resnet18', '--batch', '2', '--threads', '1');
    expect([batch, threads]).toEqual([2, 1]);
    expect(layers.reduce((sum, { macs }) => sum + macs, 0)).toBe(1_814_073_344);
    for (const { predictedSeconds } of layers) expect(predictedSeconds).toBeGreaterThan(0);
  });

  it('takes other kernels where Winograd may not have the memory', async () => {
    const kernels = ({ layers }: Plan): readonly string[] => [...new Set(layers.map(({ kernel }) => kernel))];
    const all = await planOf('resnet18');
    const some = await planOf('resnet18', '--winograd', '10');
    const none = await planOf('resnet18', '--winograd', '0');
    expect(kernels(all)).toContain('winograd4');
    expect(kernels(some)).toEqual(expect.arrayContaining(['winograd4', 'winograd4Late']));
    expect(kernels(none).filter((kernel) => kernel.startsWith('winograd'))).toEqual(['winograd4Late']);
    expect(none.weightBytes).toBeLessThan(48e6);
    expect(some.weightBytes - none.weightBytes).toBeLessThan(10.5e6 + 1e4);
    expect(all.weightBytes).toBeGreaterThan(some.weightBytes + 20e6);
    // By default three quarters of the plain weights may come on top of them, which `none` is.
    expect(all.weightBytes).toBeLessThanOrEqual(1.75 * none.weightBytes);
  });

  it('refuses a network that does not exist', async () => {
    const { code, stderr } = await run(['engine', 'plan', 'resnet17']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/resnet17/);
  });
});
