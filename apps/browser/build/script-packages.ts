import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const MODULE = fileURLToPath(new URL('../src/pages/build/script/packages.ts', import.meta.url));

/** The packages that an architecture may import, each a module, with what both need in modules beside: texts by name. */
export async function bundlePackages(): Promise<Readonly<Record<string, string>>> {
  const built = await build({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
    build: {
      write: false,
      target: 'es2022',
      reportCompressedSize: false,
      modulePreload: false,
      rolldownOptions: {
        // By name, so that sources are found as everywhere in this build: nobody need have built the packages.
        input: { layers: '@convzoo/layers', zoo: '@convzoo/zoo' },
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '@convzoo/[name]', chunkFileNames: '@convzoo/[name].js' },
      },
    },
  });
  const { output } = Array.isArray(built) ? (built[0] ?? { output: [] }) : 'output' in built ? built : { output: [] };
  return Object.fromEntries(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])));
}

/** Puts the texts of the packages into `script/packages.ts`. They are data there: the page's policy runs no text as code. */
export function scriptPackages(): Plugin {
  let bundled: Promise<Readonly<Record<string, string>>> | undefined;
  return {
    name: 'convzoo:script-packages',
    enforce: 'pre',
    async load(id) {
      if (id.split('?')[0] !== MODULE) return undefined;
      bundled ??= bundlePackages();
      return `export const packages = ${JSON.stringify(await bundled)};`;
    },
  };
}
