/** Whole models as Keras 2, Keras 3 and the TensorFlow.js converter save them: architecture and weights of one file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { importKerasModel } from '@convzoo/keras-import';
import { openWeightsFile } from '@convzoo/weights/node';
import { describe, expect, it } from 'vitest';
import { difference, finished, inputOf } from './records.js';

const folder = new URL('../../fixtures/keras-import/files/', import.meta.url);

interface FileRecord {
  readonly files: readonly string[];
  readonly input: { readonly shape: readonly number[]; readonly kind: 'signed' | 'byte' };
  readonly values: readonly number[];
}

const records: readonly FileRecord[] = JSON.parse(readFileSync(new URL('files.json', folder), 'utf8'));

describe('a model that was saved whole', () => {
  const cases = records.flatMap((record) => record.files.map((file) => [file, record] as const));
  it.each(cases)('%s answers as it did where it was saved', async (name, record) => {
    const file = await openWeightsFile(fileURLToPath(new URL(name, folder)));
    const model = await importKerasModel(file, { finite: true });
    await file.close();
    const backend = await cpuBackend();
    await using session = await backend.prepare(model.graph, model.params);
    const { output } = await session.run(inputOf(record));
    expect(difference(finished(output, model.finalActivation), record.values)).toBeLessThan(1e-4);
  });
});
