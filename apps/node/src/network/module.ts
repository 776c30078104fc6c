import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as layers from '@convzoo/layers';
import * as zoo from '@convzoo/zoo';
import { UsageError } from '../errors.js';

/** A user's architecture in TypeScript or JavaScript. */
export const isModulePath = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);

/**
 * Packages that an architecture may import although its folder has no node_modules: the very modules that this program
 * runs on, so that their versions cannot differ.
 */
const PROVIDED = { '@convzoo/layers': layers, '@convzoo/zoo': zoo };

/**
 * Runs a user's architecture file, without a build step, and returns the graph that its default export is or returns.
 *
 * @throws UsageError `no-such-file`, `bad-module` (it cannot be loaded, or its function throws), `no-default-export` or
 *   `not-a-graph`, each in one line
 */
export async function graphFromModule(path: string): Promise<layers.Graph> {
  const file = resolve(path);
  if (!existsSync(file)) throw new UsageError('no-such-file', `${path}: there is no such file.`);
  const { createJiti } = await import('jiti');
  // No cache on disk: nothing is left in the user's folder, and no old version of a file is run.
  const jiti = createJiti(pathToFileURL(file).href, {
    fsCache: false,
    interopDefault: false,
    virtualModules: PROVIDED,
  });
  const module = await jiti.import(file).catch((error: unknown) => failed(path, 'cannot be loaded', error));
  if (typeof module !== 'object' || module === null || !('default' in module)) {
    throw new UsageError(
      'no-default-export',
      `${path} has no default export; end it with "export default" and a graph, or a function that returns one.`,
    );
  }
  const exported = module.default;
  if (exported === undefined) {
    throw new UsageError(
      'no-default-export',
      `${path} exports undefined by default; files that import one another in a circle do that, for example.`,
    );
  }
  const graph = typeof exported === 'function' ? await called(path, exported) : exported;
  return checked(path, graph, typeof exported === 'function');
}

// A function of unknown type; whatever it returns is looked at before it is used.
async function called(path: string, build: object): Promise<unknown> {
  try {
    return await (build as () => unknown)();
  } catch (error) {
    return failed(path, 'could not build its network', error);
  }
}

function failed(path: string, what: string, cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  throw new UsageError('bad-module', `${path} ${what}: ${oneLine(message)}`, { cause });
}

/** The first line, and the second where it is the place of a mistake in a file: `/home/me/net.ts:3:9`. */
function oneLine(message: string): string {
  const [first = '', second = ''] = message.trim().split('\n');
  return /:\d+:\d+$/.test(second) ? `${first.trim()} (${second.trim()})` : first.trim();
}

/** A graph through its own JSON check: every shape inferred anew, so that a graph made by hand cannot be a wrong one. */
function checked(path: string, value: unknown, built: boolean): layers.Graph {
  if (!isGraphLike(value)) {
    const which = built ? 'The function that it exports returns' : 'Its default export is';
    throw new UsageError(
      'not-a-graph',
      `${path} gives no graph. ${which} ${kindOf(value)}; return what builder.graph(output) returns.`,
    );
  }
  try {
    const ops = value.nodes.flatMap((node) => (node.op === 'custom' ? [node.attributes.definition] : []));
    return layers.graphFromJson(layers.graphToJson(value), { ops });
  } catch (error) {
    if (error instanceof layers.ConvzooError) return failed(path, 'gives no sound graph', error);
    throw new UsageError(
      'not-a-graph',
      `${path} gives something like a graph that is none; return what builder.graph(output) returns.`,
      { cause: error },
    );
  }
}

/** Enough to try it as a graph, which then is checked node by node. */
const isGraphLike = (value: unknown): value is layers.Graph =>
  typeof value === 'object' && value !== null && 'nodes' in value && Array.isArray(value.nodes) && 'output' in value;

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'another object' : `a ${typeof value}`;
}
