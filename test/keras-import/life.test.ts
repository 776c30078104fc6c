/** What an imported network can do like any other: be saved as JSON, counted, drawn on another input size, trained. */
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { analyse } from '@convzoo/cost-analysis';
import { kerasOps } from '@convzoo/keras-import';
import { graphFromJson, graphToJson, hashGraph, outputOf } from '@convzoo/layers';
import { initialise, sgd, Trainer } from '@convzoo/training';
import { describe, expect, it } from 'vitest';
import { fillVariables, importRecord, inputOf, readRecords } from './records.js';

const records = readRecords();

describe('the graph of a Keras model', () => {
  it.each(records.map((record) => [record.case, record] as const))(
    '%s survives JSON and is counted',
    async (_, record) => {
      const { graph, variables } = importRecord(record);
      const again = graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))), { ops: kerasOps });
      expect(again).toEqual(graph);
      expect(await hashGraph(again)).toBe(await hashGraph(graph));
      const { total } = analyse(graph);
      expect(total.macs).toBeGreaterThan(0);
      const count = [...fillVariables(variables, record.log4).values()].reduce((sum, { data }) => sum + data.length, 0);
      expect(total.params + total.buffers).toBe(count);
    },
  );

  // Keras 2 and 3 give the same graphs of these.
  const small = records.filter(
    ({ keras, params, input }) => /^3/.test(keras) && params < 1e4 && input.shape.length === 4,
  );
  it.each(small.map((record) => [record.case, record] as const))('%s learns', async (_, record) => {
    const { graph } = importRecord(record);
    expect(outputOf(graph).shape).toHaveLength(1);
    const params = initialise(graph, 1);
    const trainer = await Trainer.create({ graph, params, backend: await cpuBackend(), optimiser: sgd({}) });
    const input = inputOf(record);
    const scaled = record.input.kind === 'byte' ? input.data.map((value) => value / 255) : input.data;
    const losses: number[] = [];
    for (let step = 0; step < 4; step++)
      losses.push((await trainer.trainBatch(scaled, Int32Array.of(0, 1), 0.02)).loss);
    trainer.dispose();
    expect(Math.min(...losses)).toBeLessThan(losses[0] ?? 0);
    for (const loss of losses) expect(loss).toBeGreaterThan(0);
  });
});
