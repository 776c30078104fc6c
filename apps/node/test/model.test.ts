/** What MODEL means. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { isModelFile, openModel } from '../src/network/model.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-model-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/keras-import/files/${name}`, import.meta.url));

describe('MODEL', () => {
  it('is a file by its ending, and a folder with a model.json unless the zoo has that name', () => {
    for (const name of ['a.ts', './a.mts', 'b.js', 'c.mjs', 'd.json', 'e.h5', 'f.keras', 'F.H5']) {
      expect(isModelFile(name), name).toBe(true);
    }
    for (const name of ['resnet50', 'keras/vgg16', 'mobilenet_v1@0.5,160', 'resnet50.a1_in1k', 'a.txt']) {
      expect(isModelFile(name), name).toBe(false);
    }
    const before = process.cwd();
    for (const name of ['resnet50', 'mine']) {
      mkdirSync(join(folder, name));
      cpSync(file('plain-keras2/model.json'), join(folder, name, 'model.json'));
    }
    try {
      process.chdir(folder);
      expect(['resnet50', './resnet50', 'mine', 'mine/'].map(isModelFile)).toEqual([false, true, true, true]);
    } finally {
      process.chdir(before);
    }
  });

  it('takes another input and head, of which weights of the file are no longer', async () => {
    const model = await openModel(file('twice-keras2/model.json'));
    expect([...((await model.weights?.()) ?? new Map()).keys()]).toEqual(
      model.graph.nodes
        .flatMap(({ params }) => params.map(({ path }) => path))
        .filter((path, i, all) => all.indexOf(path) === i),
    );
    const other = await openModel(file('twice-keras2/model.json'), { input: [20, 30, 3], classes: 7 });
    expect([other.graph.nodes[0]?.shape, other.graph.nodes.at(-1)?.shape]).toEqual([[20, 30, 3], [7]]);
    expect(other.weights).toBeUndefined();
  });

  it('has no choices that belong to the zoo', async () => {
    await expect(openModel(file('nested-keras3.keras'), { dialect: 'timm' })).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(/is no network of the zoo, so it has no choice of dialect/),
    });
  });
});
