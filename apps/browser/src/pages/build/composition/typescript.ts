import { type Block, blockNames, type Composition, fieldsOf } from './composition.js';
import { definitionOf } from './kinds.js';

/** The texts of `blocks/`, by file: what this page builds with is what the exported file has. */
const sources: Readonly<Record<string, string>> = import.meta.glob('../blocks/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const sourceOf = (file: string): string => sources[`../blocks/${file}.ts`] ?? '';

/** A composition in the form that `convzoo new` writes and `convzoo cost ./FILE.ts` takes: one file, no dependency but layers. */
export function toTypeScript(composition: Composition): string {
  const { name, input, blocks } = composition;
  const names = blockNames(blocks);
  const files = filesFor(blocks);
  const calls = blocks.map((block, i) => `  x = nn.module('${names[i]}', () => ${callOf(block)});`);
  const functions = files.map((file) => body(sourceOf(file)));
  const imports = [
    ...new Set(['Builder', 'type Graph', 'type Value', ...files.flatMap((file) => importsOf(sourceOf(file)))]),
  ];
  return `${[
    importLine(imports.filter((each) => each !== 'type Builder')),
    `// What this file says is all that convzoo needs: convzoo cost ./${name}.ts, convzoo graph ./${name}.ts`,
    ...functions,
    [
      'export default function network(): Graph {',
      `  const nn = new Builder('${name}');`,
      `  ${calls.length === 0 ? 'const' : 'let'} x: Value = nn.input([${input.join(', ')}]);`,
      ...calls,
      '  return nn.graph(x);',
      '}',
    ].join('\n'),
  ].join('\n\n')}\n`;
}

function callOf({ kind, settings }: Block): string {
  const { code } = definitionOf(kind);
  if ('expression' in code) return code.expression(settings);
  const options = fieldsOf(kind).map(([name]) => `${name}: ${literal(settings[name])}`);
  const line = `${code.function}(nn, x, { ${options.join(', ')} })`;
  return line.length <= 90
    ? line
    : `${code.function}(nn, x, {\n${options.map((option) => `    ${option},`).join('\n')}\n  })`;
}

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** Files of the functions that blocks need, what a file needs itself before it. */
function filesFor(blocks: readonly Block[]): readonly string[] {
  const found: string[] = [];
  const add = (file: string): void => {
    if (found.includes(file)) return;
    for (const [, other = ''] of sourceOf(file).matchAll(/from '\.\/([a-z-]+)\.js'/g)) add(other);
    found.push(file);
  };
  for (const { kind } of blocks) {
    const { code } = definitionOf(kind);
    if (!('function' in code)) continue;
    const file = Object.keys(sources).find((path) => sources[path]?.includes(`export function ${code.function}(`));
    if (file !== undefined) add(file.replace(/^.*\//, '').replace(/\.ts$/, ''));
  }
  return found;
}

/** What a file takes from the package, each with `type` where it is one. */
function importsOf(source: string): readonly string[] {
  return [...source.matchAll(/^import (type )?\{([^}]*)\} from '@convzoo\/layers';/gm)].flatMap(
    ([, all = '', names = '']) =>
      names
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
        .map((each) => (each.startsWith('type ') ? each : `${all}${each}`)),
  );
}

const body = (source: string): string =>
  source
    .replaceAll(/^import [^;]*;\n/gm, '')
    .replaceAll(/^export (function|const|interface)/gm, '$1')
    .trim();

function importLine(names: readonly string[]): string {
  const plain = (name: string): string => name.replace(/^type /, '').toLowerCase();
  const sorted = [...names].sort((a, b) => (plain(a) < plain(b) ? -1 : 1));
  const line = `import { ${sorted.join(', ')} } from '@convzoo/layers';`;
  return line.length <= 120
    ? line
    : `import {\n${sorted.map((name) => `  ${name},`).join('\n')}\n} from '@convzoo/layers';`;
}
