import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { float32Tensor, paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ByteSource,
  bindWeights,
  byteSize,
  encodeWeights,
  memorySource,
  openWeights,
  sameParameters,
  writeSafetensors,
} from '../src/index.js';
import { fileSource, writeFileAtomic } from '../src/node.js';
import { cpuMilliseconds } from './hostile.js';

const graph = buildModel('resnet50');
const params = new Map(
  paramsOf(graph).map(({ path, shape }) => [
    path,
    float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(path.length)),
  ]),
);
const bytes = writeSafetensors(encodeWeights(graph, params));
const path = join(tmpdir(), `convzoo-resnet50-${process.pid}.safetensors`);
afterAll(() => rmSync(path, { force: true }));

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes in array buffers, the most at any read. Nothing else holds weights. */
function watched(source: ByteSource) {
  const usage = { peak: 0 };
  const look = <T>(result: T): T => {
    usage.peak = Math.max(usage.peak, process.memoryUsage().arrayBuffers);
    return result;
  };
  const { view } = source;
  const read = async (offset: number, length: number) => look(await source.read(offset, length));
  return { source: { ...source, read, ...(view && { view: (o: number, n: number) => look(view(o, n)) }) }, usage };
}

describe('a ResNet-50 of 98 MB', () => {
  test('the file is as large as it should be', () => {
    expect(byteSize(params)).toBe(4 * (25_557_032 + 2 * 26_560));
    expect(bytes.length).toBeGreaterThan(byteSize(params));
  });

  test.each(['memory', 'disk'])('bound from %s', async (where) => {
    await writeFileAtomic(path, bytes);
    // Twice, with a pause: array buffers are freed behind the collector's back.
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 200));
    collectGarbage();
    const base = process.memoryUsage().arrayBuffers - (where === 'memory' ? bytes.length : 0);
    const { source, usage } = watched(where === 'memory' ? memorySource(bytes) : await fileSource(path));
    const start = cpuMilliseconds();
    const file = await openWeights(source);
    const bound = await bindWeights(graph, file);
    const ms = cpuMilliseconds() - start;
    const ratio = (usage.peak - base) / bytes.length;
    console.log(`ResNet-50 from ${where}: ${ms.toFixed(0)} ms, ${ratio.toFixed(2)} times the file in memory`);
    expect(sameParameters(bound.params, params)).toBe(true);
    await file.close();
    // Loose, since other tests run beside this one; docs/weights.md has the figures of a quiet machine.
    expect(ms).toBeLessThan(5000);
    expect(ratio).toBeLessThan(2.5);
  });
});
