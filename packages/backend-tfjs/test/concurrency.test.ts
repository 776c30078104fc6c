import { difference } from '@convzoo/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cpuBackend } from '../src/cpu.js';
import { startBackend } from '../src/index.js';
import { portableKernels } from '../src/kernels/portable/index.js';
import { wasmBackend } from '../src/wasm.js';
import { filled, filledParameters } from './support/arrays.js';
import { backendsUnderTest } from './support/backends.js';
import { everyOp } from './support/networks.js';

/*
 * tfjs has one active backend for the whole process, and moves a tensor that it meets on another: computing on the wrong
 * one gives the right numbers, late, and takes the weights along. So these tests watch for moves.
 */

const graph = everyOp();
const params = filledParameters(graph);
const inputs = Array.from({ length: 8 }, (_, i) => filled([1, 9, 9, 3], i));
const present = backendsUnderTest.flatMap(({ backend }) => (backend === undefined ? [] : [backend]));

class EmptyBackend extends tf.KernelBackend {
  override dispose(): void {}
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('sessions on several backends', () => {
  it('are prepared, run and disposed at once, and none computes on the backend of another', async () => {
    const moves = vi.spyOn(tf.engine(), 'moveData');
    const sessions = await Promise.all(present.map((backend) => backend.prepare(graph, params)));
    const alone: Float32Array[] = [];
    for (const input of inputs) alone.push((await sessions[0]!.run(input)).output.data);
    const results = await Promise.all(inputs.flatMap((input) => sessions.map((session) => session.run(input))));
    results.forEach(({ output }, i) => {
      const reference = alone[Math.floor(i / sessions.length)]!;
      expect(difference(output.data, reference).relative).toBeLessThan(1e-5);
    });
    await Promise.all(sessions.map((session) => session.dispose()));
    expect(moves).not.toHaveBeenCalled();
  });

  it('run while another backend starts', async () => {
    const backend = present[0]!;
    await using session = await backend.prepare(graph, params);
    const { output } = await session.run(inputs[0]!);
    // A backend that takes its time to start, as wasm and webgpu do.
    let finish: (engine: tf.KernelBackend) => void = () => {};
    const slow = new Promise<tf.KernelBackend>((resolve) => {
      finish = resolve;
    });
    tf.registerBackend('slow', () => slow);
    const starting = startBackend({ name: 'slow', description: 'slow', kernels: portableKernels });
    const second = startBackend({ name: 'cpu', description: 'cpu', kernels: portableKernels });
    const running = session.run(inputs[0]!);
    expect(() => backend.makeActive()).toThrow(expect.objectContaining({ code: 'backend-unavailable' }));
    finish(new EmptyBackend());
    expect((await starting).name).toBe('slow');
    expect((await second).name).toBe('cpu');
    expect((await running).output.data).toEqual(output.data);
    tf.removeBackend('slow');
  });

  it('recover from whatever else set the active backend', async () => {
    for (const backend of present) {
      await using session = await backend.prepare(graph, params);
      const { output } = await session.run(inputs[0]!);
      for (const other of present) {
        await tf.setBackend(other.name);
        expect((await session.run(inputs[0]!)).output.data).toEqual(output.data);
      }
    }
  });
});

describe('a backend', () => {
  it('that does not start is an error, and the next one starts all the same', async () => {
    const silence = vi.spyOn(console, 'warn').mockImplementation(() => {});
    tf.registerBackend('broken', () => {
      throw new Error('no card');
    });
    tf.registerBackend('broken-late', () => Promise.reject(new Error('no card')));
    for (const name of ['broken', 'broken-late', 'unheard-of']) {
      await expect(startBackend({ name, description: '', kernels: portableKernels })).rejects.toMatchObject({
        code: 'backend-unavailable',
        message: `tfjs could not start its ${name} backend.`,
      });
    }
    silence.mockRestore();
    tf.removeBackend('broken');
    tf.removeBackend('broken-late');
    const [cpu, wasm] = await Promise.all([cpuBackend(), wasmBackend()]);
    await using session = await cpu.prepare(graph, params);
    await using other = await wasm.prepare(graph, params);
    const [a, b] = await Promise.all([session.run(inputs[0]!), other.run(inputs[0]!)]);
    expect(difference(a.output.data, b.output.data).relative).toBeLessThan(1e-5);
  });

  it('that was taken away says so', async () => {
    tf.registerBackend('gone', () => new EmptyBackend());
    const gone = await startBackend({ name: 'gone', description: '', kernels: portableKernels });
    tf.removeBackend('gone');
    await expect(gone.activate()).rejects.toMatchObject({ code: 'backend-unavailable' });
  });

  it('says what it is', () => {
    for (const { name, description } of present) expect(description.length, name).toBeGreaterThan(name.length);
  });
});
