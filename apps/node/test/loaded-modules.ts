import { fileURLToPath } from 'node:url';
import { type Ran, run } from './run.js';

// Tells every module that the program loads, on stderr, from the thread that loads them.
const HOOKS = `import { writeSync } from 'node:fs';
export async function load(url, context, next) { writeSync(2, 'loaded ' + url + '\\n'); return next(url, context); }`;
const dataUrl = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
const REGISTER = dataUrl(
  `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(HOOKS))}, import.meta.url);`,
);

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs the app and lists the ES modules that it loaded, by their path in the repository. */
export async function loadedBy(args: readonly string[]): Promise<Ran & { readonly modules: readonly string[] }> {
  const ran = await run(args, { env: { NODE_OPTIONS: `--import=${REGISTER}` } });
  const urls = [...ran.stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url = '']) => fileURLToPath(url));
  return { ...ran, modules: urls.map((path) => path.replace(root, '')) };
}
