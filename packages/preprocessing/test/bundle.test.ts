import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
let metafile: Metafile;

// What a bundler makes of a page that decodes, encodes and explains: chunks that are loaded when they are needed.
beforeAll(async () => {
  const contents = "export { decode, encode } from './src/index.js';";
  const result = await build({
    stdin: { contents, resolveDir: root, sourcefile: 'page.ts', loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    // The sources, so that no build is needed.
    conditions: ['source'],
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  metafile = result.metafile;
});

/** The modules that are there once this one's chunk is loaded: those of the chunk and of all that it imports at once. */
function loadedWith(module: string): { readonly modules: readonly string[]; readonly bytes: number } {
  const start = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(module))?.[0];
  if (start === undefined) throw new Error(`no chunk begins with ${module}`);
  const chunks = new Set([start]);
  for (const chunk of chunks) {
    for (const { path, kind } of metafile.outputs[chunk]?.imports ?? []) {
      if (kind === 'import-statement') chunks.add(path);
    }
  }
  const outputs = [...chunks].map((chunk) => metafile.outputs[chunk]);
  return {
    modules: outputs.flatMap((output) => Object.keys(output?.inputs ?? {})),
    bytes: outputs.reduce((sum, output) => sum + (output?.bytes ?? 0), 0),
  };
}

/** What is not ours, by its package. */
const packagesOf = (modules: readonly string[]) =>
  [...new Set(modules.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))].sort();

describe('a page loads the decoder that its picture needs, and no other', () => {
  test('nothing but the choice of a decoder at first', () => {
    const { modules, bytes } = loadedWith('page.ts');
    expect(packagesOf(modules)).toEqual([]);
    expect(modules.filter((path) => /\/(jpeg|png|webp|gif|bmp)\//.test(path))).toEqual([]);
    expect(bytes).toBeLessThan(5000);
  });

  test.each([
    ['src/decode/png/decode-png.ts', ['fflate'], 18_000],
    ['src/decode/jpeg/decode-jpeg.ts', ['@jsquash/jpeg'], 28_000],
    ['src/decode/jpeg/cmyk.ts', [], 9000],
    ['src/decode/webp/decode-webp.ts', ['@jsquash/webp'], 28_000],
    ['src/decode/gif/decode-gif.ts', [], 5000],
    ['src/decode/bmp/decode-bmp.ts', [], 6000],
    ['src/encode/png.ts', ['fflate'], 14_000],
    ['src/encode/jpeg.ts', ['@jsquash/jpeg'], 25_000],
  ])('%s with %j', (module, packages, limit) => {
    const { modules, bytes } = loadedWith(module);
    expect(packagesOf(modules)).toEqual(packages);
    expect(bytes).toBeLessThan(limit);
    const decoders = modules.flatMap((path) => /src\/decode\/(\w+)\/decode-/.exec(path)?.[1] ?? []);
    expect(decoders.length).toBeLessThanOrEqual(1);
  });

  test('no module of Node', () => {
    const modules = Object.keys(metafile.inputs);
    expect(modules.filter((path) => path.startsWith('node:') || isBuiltin(path) || path.includes('.node.'))).toEqual(
      [],
    );
  });
});
