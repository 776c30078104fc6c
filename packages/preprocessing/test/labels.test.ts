import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { imagenetClasses } from '../src/labels/imagenet-classes.js';

const reference = new URL('../../../../shared/reference/imagenet-classes.json', import.meta.url);

describe('imagenetClasses', () => {
  it('has 1000 different WordNet ids in ascending order, as ILSVRC has them', () => {
    const ids = imagenetClasses.map(({ wnid }) => wnid);
    expect(ids).toHaveLength(1000);
    expect(ids).toEqual([...new Set(ids)].sort());
    for (const { wnid, name } of imagenetClasses) {
      expect(wnid).toMatch(/^n\d{8}$/);
      expect(name.trim()).toBe(name);
      expect(name).not.toBe('');
    }
  });

  it('has the classes that everybody knows where everybody has them', () => {
    expect(imagenetClasses[0]).toEqual({ wnid: 'n01440764', name: 'tench' });
    expect(imagenetClasses[281]?.name).toBe('tabby');
    expect(imagenetClasses[999]?.name).toBe('toilet tissue');
  });

  it.skipIf(!existsSync(reference))('equals ../shared/reference/imagenet-classes.json', () => {
    const rows: { wnid: string; name: string }[] = JSON.parse(readFileSync(reference, 'utf8'));
    expect(imagenetClasses).toEqual(rows.map(({ wnid, name }) => ({ wnid, name })));
  });
});
