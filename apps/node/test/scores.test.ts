/** What the outputs of a network mean, and what its classes are called. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder } from '@convzoo/layers';
import { presetFor } from '@convzoo/preprocessing';
import { classesOf, outputKindOf, probabilitiesOf } from '@convzoo/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { readLabels } from '../src/network/labels.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-scores-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('outputs', () => {
  it('are logits, and probabilities after a sigmoid', () => {
    const nn = new Builder('n');
    const logits = nn.dense(nn.input([4]), { units: 3 });
    expect(outputKindOf(nn.graph(logits))).toBe('logits');
    expect(outputKindOf(nn.graph(nn.activation(logits, 'relu')))).toBe('logits');
    expect(outputKindOf(nn.graph(nn.activation(logits, 'sigmoid')))).toBe('probabilities');
  });

  it('become probabilities: by softmax, as they are, or no and yes for one alone', () => {
    const rounded = (values: Float64Array): readonly number[] => [...values].map((value) => Number(value.toFixed(4)));
    expect(rounded(probabilitiesOf(Float32Array.of(1000, 1001), 'logits'))).toEqual([0.2689, 0.7311]);
    expect(rounded(probabilitiesOf(Float32Array.of(0.5, 0.75), 'probabilities'))).toEqual([0.5, 0.75]);
    expect(rounded(probabilitiesOf(Float32Array.of(0.75), 'probabilities'))).toEqual([0.25, 0.75]);
    expect(rounded(probabilitiesOf(Float32Array.of(0), 'logits'))).toEqual([0.5, 0.5]);
    expect([1, 2, 10].map(classesOf)).toEqual([2, 2, 10]);
  });
});

describe('class names', () => {
  it('are lines or a JSON list, as many as there are classes', async () => {
    const at = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    expect(await readLabels(at('a.txt', 'cat\r\nbig dog\n'), 2)).toEqual(['cat', 'big dog']);
    expect(await readLabels(at('b.json', '["cat", "dog"]'), 2)).toEqual(['cat', 'dog']);
    await expect(readLabels(at('c.txt', 'cat'), 2)).rejects.toMatchObject({
      code: 'bad-labels',
      message: expect.stringMatching(/c\.txt names 1 classes, but the network has 2/),
    });
    await expect(readLabels(join(folder, 'none'), 2)).rejects.toMatchObject({ code: 'no-such-file' });
    await expect(readLabels(folder, 2)).rejects.toMatchObject({ code: 'bad-labels' });
  });
});

describe('a preset for an input that is no square', () => {
  it('resizes to it', () => {
    expect(presetFor('cifar10', [16, 18, 3]).resize).toEqual({ mode: 'exact', height: 16, width: 18 });
    expect(presetFor('cifar10', [48, 48, 3]).resize).toMatchObject({ mode: 'center-square', size: 48 });
    expect(presetFor('imagenet-torch', [112, 224, 3])).toMatchObject({
      crop: { height: 112, width: 224 },
      resize: { mode: 'shorter-side', size: 128 },
    });
  });
});
