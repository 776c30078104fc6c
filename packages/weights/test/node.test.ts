import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blobSource, memorySource, openWeights, writeSafetensors } from '../src/index.js';
import { fileSource, openWeightsFile, writeFileAtomic } from '../src/node.js';
import { codeOf, fixture, tensor } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

describe('sources', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  writeFileSync(path('bytes'), bytes);
  const sources = [
    ['memory', async () => memorySource(bytes)],
    ['blob', async () => blobSource(new Blob([bytes]))],
    ['file', () => fileSource(path('bytes'))],
  ] as const;

  test.each(sources)('%s: ranges, and none outside', async (_, open) => {
    const source = await open();
    expect(source.size).toBe(100);
    expect([...(await source.read(10, 3))]).toEqual([10, 11, 12]);
    expect(await source.read(100, 0)).toHaveLength(0);
    for (const [offset, length] of [
      [99, 2],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
      [2 ** 53, 2 ** 53],
    ] as const) {
      expect(await codeOf(() => source.read(offset, length))).toBe('truncated');
      if (source.readSync !== undefined)
        expect(await codeOf(() => source.readSync?.(offset, length))).toBe('truncated');
    }
    if (source.readSync !== undefined) expect([...source.readSync(97, 3)]).toEqual([97, 98, 99]);
    await source.close?.();
  });

  test('a file that shrinks while it is read', async () => {
    writeFileSync(path('shrinking'), bytes);
    const source = await fileSource(path('shrinking'));
    writeFileSync(path('shrinking'), 'x');
    expect(await codeOf(() => source.read(0, 50))).toBe('truncated');
    expect(await codeOf(() => source.readSync?.(0, 50))).toBe('truncated');
    await source.close?.();
  });

  test('what cannot be read is named', async () => {
    expect(await codeOf(() => fileSource(path('nowhere')))).toBe('cannot-read');
    expect(await codeOf(() => fileSource(folder))).toBe('cannot-read');
    await expect(fileSource(path('nowhere'))).rejects.toThrow(
      `Cannot read ${path('nowhere')}: there is no such file or folder.`,
    );
  });
});

describe('openWeightsFile tells formats by content', () => {
  test('safetensors and h5 under any name', async () => {
    writeFileSync(path('a.h5'), writeSafetensors([tensor('a', [1])]));
    writeFileSync(path('b.safetensors'), fixture('weights-only.h5'));
    const files = [await openWeightsFile(path('a.h5')), await openWeightsFile(path('b.safetensors'))];
    expect(files.map(({ format }) => format)).toEqual(['safetensors', 'keras-h5']);
    for (const file of files) await file.close();
  });

  test.each([
    ['an empty file', '', 'truncated', /is empty/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0', 'unknown-format', /git lfs pull/],
    ['a web page', '<!DOCTYPE html><html></html>', 'unknown-format', /web page/],
    ['a zip archive that is cut short', 'PK\u0003\u0004abcdefgh', 'truncated', /zip/],
    ['a pickle that is cut short', Buffer.from([0x80, 2, 0x8a, 0x0a]), 'truncated', /pickle/],
    ['anything else', 'hello, world, hello', 'unknown-format', /safetensors, keras-h5/],
  ])('%s', async (name, content, code, message) => {
    writeFileSync(path(name), content);
    expect(await codeOf(() => openWeightsFile(path(name)))).toBe(code);
    await expect(openWeightsFile(path(name))).rejects.toThrow(message);
  });

  test('a source is closed when it cannot be opened, and with its file', async () => {
    let closed = 0;
    const close = async () => void closed++;
    await expect(openWeights({ ...memorySource(new Uint8Array(20)), close })).rejects.toThrow();
    expect(closed).toBe(1);
    for (const bytes of [writeSafetensors([]), fixture('weights-only.h5')]) {
      await (await openWeights({ ...memorySource(bytes), close })).close();
    }
    await expect(openWeights({ ...memorySource(fixture('not-keras.h5')), close })).rejects.toThrow();
    expect(closed).toBe(4);
  });
});

describe('writeFileAtomic', () => {
  test('writes and replaces, and leaves nothing else', async () => {
    mkdirSync(path('out'));
    await writeFileAtomic(path('out/file'), 'one');
    await writeFileAtomic(path('out/file'), Uint8Array.of(0x32));
    expect(readFileSync(path('out/file'), 'utf8')).toBe('2');
    expect(readdirSync(path('out'))).toEqual(['file']);
  });

  test('a folder that is not there, a file in place of one, a folder in place of the file', async () => {
    writeFileSync(path('plain'), 'x');
    mkdirSync(path('taken'));
    for (const target of ['none/file', 'plain/file', 'taken']) {
      expect(await codeOf(() => writeFileAtomic(path(target), 'x'))).toBe('cannot-write');
    }
    await expect(writeFileAtomic(path('none/file'), 'x')).rejects.toThrow(
      /there is no such file or folder. Nothing was written/,
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readFileSync(path('plain'), 'utf8')).toBe('x');
  });
});
