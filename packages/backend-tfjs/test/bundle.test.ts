import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** Bundles an entry for browsers as a user's bundler would, and lists the modules that it took. */
async function bundle(entry: string): Promise<readonly string[]> {
  const { metafile, errors } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    // The sources of our own packages, so that no build is needed.
    conditions: ['source'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  expect(errors).toEqual([]);
  return Object.keys(metafile.inputs);
}

const tfjsPackages = (modules: readonly string[]) =>
  [...new Set(modules.flatMap((path) => /.*node_modules\/@tensorflow\/tfjs-([a-z-]+)\//.exec(path)?.[1] ?? []))].sort();

describe('a bundle for browsers', () => {
  it.each([
    // tfjs's other backends share code with its cpu package.
    ['wasm', ['backend-cpu', 'backend-wasm', 'core']],
    ['cpu', ['backend-cpu', 'core']],
    ['webgl', ['backend-cpu', 'backend-webgl', 'core']],
    ['webgpu', ['backend-cpu', 'backend-webgpu', 'core']],
    ['index', ['core']],
  ])('of %s has no module of Node and no other backend', async (entry, expected) => {
    const modules = await bundle(entry);
    // `(disabled):fs` is what tfjs itself asks bundlers to leave out.
    expect(modules.filter((path) => path.startsWith('node:') || isBuiltin(path))).toEqual([]);
    expect(tfjsPackages(modules)).toEqual(expected);
    expect(modules.some((path) => path.endsWith('src/backend.ts'))).toBe(true);
    expect(modules.filter((path) => /src\/tensorflow\.ts|kernels\/native/.test(path))).toEqual([]);
  });
});
