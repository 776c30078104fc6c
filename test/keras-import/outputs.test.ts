/** Models of Keras 2 and 3, from their configurations alone, give Keras's outputs (fixtures/keras-import/generate.py). */
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { sizeOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { difference, fillVariables, finished, importRecord, inputOf, readRecords } from './records.js';

const TOLERANCE = 1e-4;

const records = readRecords();

describe('the records', () => {
  it('are alive: their two pictures are told apart', () => {
    for (const { case: name, outputs } of records) {
      for (const { values } of outputs) {
        const half = values.length / 2;
        expect(difference(values.slice(0, half), values.slice(half)), name).toBeGreaterThan(1e-2);
      }
    }
  });
});

describe('a model of Keras from its configuration', () => {
  it.each(records.map((record) => [record.case, record] as const))('%s answers as Keras does', async (_, record) => {
    const network = importRecord(record);
    const params = fillVariables(network.variables, record.log4);
    const count = [...params.values()].reduce((sum, { data }) => sum + data.length, 0);
    // A Normalization that nothing was given to keeps mean, variance and a count among Keras's parameters.
    const constants = network.notes.filter((note) => note.includes('no mean')).length * (2 * 3 + 1);
    expect(count + constants).toBe(record.params);
    // tfjs-wasm takes a second to compile; small networks are as fast without.
    const backend = count < 1e5 ? await cpuBackend() : await wasmBackend();
    const [main, ...others] = record.outputs;
    const taps = record.outputs.length > 1 ? ['aux'] : [];
    await using session = await backend.prepare(network.graph, params, { taps });
    const result = await session.run(inputOf(record));
    expect(sizeOf(result.output.shape)).toBe(sizeOf(main?.shape ?? []));
    expect(difference(finished(result.output, network.finalActivation), main?.values ?? [])).toBeLessThan(TOLERANCE);
    for (const [i, other] of others.entries()) {
      const tapped = result.taps[taps[i] ?? ''];
      expect(difference(tapped === undefined ? [] : finished(tapped, 'softmax'), other.values)).toBeLessThan(TOLERANCE);
    }
  });
});
