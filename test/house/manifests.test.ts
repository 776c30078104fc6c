import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Manifest, readManifest, root, workspacePackages } from '../../scripts/workspace/layout.mjs';

const packages = workspacePackages();
const published = packages.filter(({ manifest }) => manifest.private !== true);

/** What is wrong with the entry points: every one needs `source`, `types`, `default` in this order, or is a plain file. */
function exportProblems(folder: string, exports: Record<string, unknown>): string[] {
  const problems: string[] = [];
  if (exports['./package.json'] !== './package.json') problems.push('./package.json should be exported');
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === 'string') {
      if (!target.includes('*') && !existsSync(join(root, folder, target)))
        problems.push(`${entry}: no file ${target}`);
      continue;
    }
    const conditions = target as Record<string, string>;
    const keys = Object.keys(conditions);
    if (keys[0] !== 'source' || keys.at(-1) !== 'default' || !keys.includes('types')) {
      problems.push(`${entry}: conditions should be source, types, default in this order; they are ${keys.join(', ')}`);
    }
    const source = conditions['source'];
    if (typeof source === 'string' && !source.includes('*') && !existsSync(join(root, folder, source))) {
      problems.push(`${entry}: no file ${source}`);
    }
  }
  return problems;
}

describe.each(published)('$folder', ({ folder, manifest }) => {
  it('says what it is, under which licence, for which Node', () => {
    const inPackages = folder.startsWith('packages/');
    expect(manifest.name).toBe(inPackages ? `@convzoo/${folder.slice('packages/'.length)}` : manifest.name);
    expect(manifest.description).toMatch(/^[A-Z].{19,}\.$/);
    expect(manifest).toMatchObject({
      license: 'Apache-2.0',
      type: 'module',
      engines: { node: '>=20.19' },
      // Source maps and the condition `source` lead to src; an app is only run.
      files: expect.arrayContaining(inPackages ? ['dist', 'src'] : ['dist']),
      scripts: { build: expect.any(String) },
    });
    // A bundler may leave out what is not used; an app is nothing but its effects.
    if (inPackages) expect(manifest.sideEffects).toBe(false);
  });

  it('names no host that it may not live on', () => {
    for (const field of ['repository', 'homepage', 'bugs', 'funding']) expect(manifest).not.toHaveProperty(field);
  });

  it('has a README, and a design note in docs/', () => {
    expect(existsSync(join(root, folder, 'README.md')), `write ${folder}/README.md`).toBe(true);
    if (!folder.startsWith('packages/')) return;
    const note = `docs/${folder.slice('packages/'.length)}.md`;
    expect(existsSync(join(root, note)), `write ${note}`).toBe(true);
  });

  it('exports sources, types and code', () => {
    expect(exportProblems(folder, manifest.exports ?? {})).toEqual([]);
  });
});

const dependencyFields = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const;

function ranges(manifest: Manifest): [field: string, name: string, range: string][] {
  return dependencyFields.flatMap((field) =>
    Object.entries(manifest[field] ?? {}).map(([name, range]): [string, string, string] => [field, name, range]),
  );
}

describe('dependencies', () => {
  it('on packages of this workspace are written workspace:^', () => {
    const wrong = packages.flatMap(({ folder, manifest }) =>
      ranges(manifest)
        .filter(([, name]) => packages.some((entry) => entry.manifest.name === name))
        .filter(([, , range]) => range !== 'workspace:^')
        .map(([, name, range]) => `${folder}/package.json: ${name} is "${range}"`),
    );
    expect(wrong).toEqual([]);
  });

  it('have one version range in the whole workspace', () => {
    const seen = new Map<string, Map<string, string[]>>();
    const all = [{ folder: '.', manifest: readManifest('.') }, ...packages];
    for (const { folder, manifest } of all) {
      for (const [field, name, range] of ranges(manifest)) {
        if (field === 'peerDependencies') continue; // A peer range is as wide as what works.
        const ofName = seen.get(name) ?? new Map<string, string[]>();
        seen.set(name, ofName.set(range, [...(ofName.get(range) ?? []), folder]));
      }
    }
    const several = [...seen].filter(([, ofName]) => ofName.size > 1);
    expect(several.map(([name, ofName]) => `${name}: ${JSON.stringify(Object.fromEntries(ofName))}`)).toEqual([]);
  });
});
