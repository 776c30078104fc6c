import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Manifest, readManifest, root } from '../../scripts/workspace/layout.mjs';
import { arrows, violations, withoutTensorflow } from './arrows.js';
import { cycles, importsOf } from './imports.js';
import { type Package, readWorkspace } from './workspace.js';

/** Tools of the root that every package's tests may use. Packages of ours a package names itself, or turbo would not know. */
const shared = Object.keys(readManifest('.').devDependencies ?? {}).filter((name) => !name.startsWith('@convzoo/'));

describe('the arrows of this workspace', () => {
  it('hold over every manifest and every import', () => {
    const workspace = readWorkspace();
    expect(workspace.map(({ folder }) => folder)).toContain('packages/layers');
    expect(violations(workspace, shared)).toEqual([]);
  });

  it('are a table without a circle', () => {
    expect(cycles(new Map(Object.entries(arrows)))).toEqual([]);
    for (const room of withoutTensorflow) expect(arrows).toHaveProperty(room);
  });
});

function planted(folder: string, files: Record<string, string>, manifest: Partial<Manifest> = {}): Package {
  const name = `@convzoo/${folder.split('/')[1]}`;
  return { folder, manifest: { name, ...manifest }, files: new Map(Object.entries(files)) };
}

describe('a planted breach is found', () => {
  const layers = planted('packages/layers', { 'src/index.ts': 'export const a = 1;' });
  const runtime = planted('packages/runtime', {}, { dependencies: { '@convzoo/layers': 'workspace:^' } });
  const found = (...packages: Package[]) => violations(packages, ['vitest']).join('\n');

  it('and a clean workspace has none', () => {
    const zoo = planted(
      'packages/zoo',
      { 'src/index.ts': "import { a } from '@convzoo/layers';", 'test/a.test.ts': "import { it } from 'vitest';" },
      { dependencies: { '@convzoo/layers': 'workspace:^' } },
    );
    expect(found(layers, runtime, zoo)).toBe('');
  });

  it.each([
    [
      'an import against the arrows',
      { 'src/a.ts': "import { x } from '@convzoo/runtime';" },
      'zoo may not import runtime',
    ],
    ['a type import', { 'src/a.ts': "import type { X } from '@convzoo/runtime';" }, 'zoo may not import runtime'],
    ['a re-export', { 'src/a.ts': "export * from '@convzoo/runtime/node';" }, 'zoo may not import runtime'],
    ['a dynamic import', { 'src/a.ts': "const x = await import('@convzoo/runtime');" }, 'zoo may not import runtime'],
    ['an import type', { 'src/a.ts': "type X = import('@convzoo/runtime').X;" }, 'zoo may not import runtime'],
    [
      'tfjs',
      { 'src/a.ts': "import * as tf from '@tensorflow/tfjs-core';" },
      'zoo may not import @tensorflow/tfjs-core',
    ],
    ['tfjs in a test', { 'test/a.ts': "import '@tensorflow/tfjs-core';" }, 'zoo may not import @tensorflow/tfjs-core'],
    ['an undeclared package', { 'src/a.ts': "import 'left-pad';" }, 'left-pad is not declared'],
    ['a dev dependency in src', { 'src/a.ts': "import 'vitest';" }, 'vitest is not declared'],
    ['a Node builtin', { 'src/a.ts': "import { readFile } from 'node:fs/promises';" }, 'a browser could not load'],
    ['a builtin without node:', { 'src/node.ts': "import 'fs';" }, "write 'node:fs'"],
    ['a way out of the package', { 'src/a.ts': "import '../../layers/src/index.js';" }, 'leaves the package'],
    ['a missing file', { 'src/a.ts': "import './b.js';" }, 'is no file of this package'],
    ['a missing extension', { 'src/a.ts': "import './b';", 'src/b.ts': '' }, 'should end in .js'],
    ['an unknown inner import', { 'src/a.ts': "import '#decoder';" }, 'not among the imports of package.json'],
    [
      'a circle of files',
      { 'src/a.ts': "import './b.js';", 'src/b.ts': "import './a.js';" },
      'in a circle: src/a.ts, src/b.ts',
    ],
  ])('%s', (_, files, message) => {
    expect(found(layers, runtime, planted('packages/zoo', files))).toContain(message);
  });

  it.each([
    [
      'a dependency against the arrows',
      'packages/layers',
      { dependencies: { '@convzoo/runtime': '1' } },
      'layers may not depend on runtime',
    ],
    [
      'tfjs as a peer',
      'packages/weights',
      { peerDependencies: { '@tensorflow/tfjs-core': '4' } },
      'weights may not depend on',
    ],
    [
      'tfjs for tests',
      'packages/engine',
      { devDependencies: { '@tensorflow/tfjs-core': '4' } },
      'engine may not depend on',
    ],
    [
      'a circle of packages',
      'packages/layers',
      { devDependencies: { '@convzoo/runtime': '1' } },
      'these packages depend on one another',
    ],
    ['an unknown room', 'packages/attic', {}, 'no such room'],
  ])('%s', (_, folder, manifest, message) => {
    expect(found(planted(folder, {}, manifest), runtime)).toContain(message);
  });

  it('and a circle of types is none', () => {
    const files = { 'src/a.ts': "import type { B } from './b.js';", 'src/b.ts': "import type { A } from './a.js';" };
    expect(found(planted('packages/zoo', files))).toBe('');
  });

  it('Node code reached from the main entry', () => {
    const exports = { '.': { source: './src/index.ts' }, './node': { source: './src/node.ts' } };
    const files = {
      'src/index.ts': "import './a.js';",
      'src/a.ts': "import './node.js';",
      'src/node.ts': "import 'node:fs';",
    };
    expect(found(planted('packages/weights', files, { exports }))).toContain('src/index.ts: reaches src/node.ts');
    const apart = { ...files, 'src/a.ts': '' };
    expect(found(planted('packages/weights', apart, { exports }))).toBe('');
  });

  it('and a name in a comment or a string is no import', () => {
    expect(importsOf('a.ts', "// import 'x'\nconst text = \"import 'y'\";\n/** import('z') */")).toEqual([]);
  });
});

describe('the table of CONTRIBUTING.md', () => {
  it('is the table of this test', () => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| ([^|]+) \|$/gm)];
    const table = rows.map(([, room = '', may = '']) => [
      room,
      [...may.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]),
    ]);
    expect(Object.fromEntries(table)).toEqual(arrows);
  });
});
