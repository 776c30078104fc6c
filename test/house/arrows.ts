import { isBuiltin } from 'node:module';
import { cycles, type Import, importsOf, packageOf, resolveRelative } from './imports.js';
import { type Package, roomOf } from './workspace.js';

/**
 * The arrows: which rooms a room may import, at run time or for types. The table of CONTRIBUTING.md is this one.
 * A room that is not listed may import nothing until someone decides where it stands. Apps and benchmarks may import
 * every room.
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  layers: [],
  preprocessing: [],
  zoo: ['layers'],
  'cost-analysis': ['layers', 'zoo'],
  diagram: ['layers'],
  charts: [],
  weights: ['layers'],
  hub: ['layers'],
  'keras-import': ['layers', 'weights'],
  compression: ['layers'],
  runtime: ['layers'],
  interpret: ['layers', 'runtime'],
  'backend-tfjs': ['layers', 'runtime'],
  'backend-onnx': ['layers', 'runtime'],
  engine: ['layers', 'runtime'],
  training: ['layers', 'runtime', 'backend-tfjs'],
  parity: ['layers', 'zoo', 'weights', 'runtime'],
};

/** Rooms that a user gets without tfjs. Not even their tests may need it. */
export const withoutTensorflow: readonly string[] = [
  'layers',
  'preprocessing',
  'zoo',
  'cost-analysis',
  'diagram',
  'charts',
  'weights',
  'hub',
  'keras-import',
  'compression',
  'runtime',
  'backend-onnx',
  'engine',
  'parity',
  'interpret',
];

const isFree = (room: string): boolean => room.startsWith('apps/') || room === 'bench';
/** Data packages: networks trained here, with their cards. */
const isData = (room: string): boolean => room.startsWith('pretrained-');

function allowedRooms(room: string): readonly string[] {
  return isData(room) ? [] : (arrows[room] ?? []);
}

/**
 * Code for Node alone lives in `node.ts` or in a folder `node`, behind a subpath `@convzoo/x/node`; or in `x.node.ts`, which
 * the `imports` of a manifest choose under the condition `node`.
 */
const isNodeFile = (file: string): boolean => /(^|[./])node(\/|\.ts$)/.test(file) || nodeByNature.includes(file);
/** Entries whose name says already that they are for Node: tfjs-node is a native addon. */
const nodeByNature: readonly string[] = ['src/tensorflow.ts'];
/** The page is made of components, styles and pictures too. */
const isPart = (room: string, specifier: string): boolean =>
  room === 'apps/browser' && /\.(svelte|css|jpg|svg)$/.test(specifier);
const isSource = (file: string): boolean => file.startsWith('src/');

interface Located extends Import {
  readonly file: string;
}

function allImports({ files }: Package): Located[] {
  return [...files].flatMap(([file, text]) => importsOf(file, text).map((found) => ({ ...found, file })));
}

/** Every breach of the arrows, as a text that says where it is and what to do. */
export function violations(packages: readonly Package[], sharedDevDependencies: readonly string[]): string[] {
  const rooms = new Map(packages.map(({ folder, manifest }) => [manifest.name, roomOf(folder)]));
  return [
    ...packages.flatMap((entry) => [
      ...manifestViolations(entry, rooms),
      ...importViolations(entry, rooms, sharedDevDependencies),
      ...nodeViolations(entry),
      ...cycleViolations(entry),
    ]),
    ...packageCycles(packages),
  ];
}

function runtimeDependencies({ manifest }: Package): string[] {
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  });
}

function manifestViolations(entry: Package, rooms: ReadonlyMap<string, string>): string[] {
  const room = roomOf(entry.folder);
  const where = `${entry.folder}/package.json`;
  if (isFree(room)) return [];
  const found: string[] = [];
  if (!(room in arrows) && !isData(room)) {
    found.push(`${entry.folder}: no such room; decide where it stands and add it to test/house/arrows.ts`);
  }
  for (const name of runtimeDependencies(entry)) {
    const target = rooms.get(name);
    if (target !== undefined && !allowedRooms(room).includes(target)) {
      found.push(`${where}: ${room} may not depend on ${target}; ${allowedText(room)}`);
    }
  }
  const every = [...runtimeDependencies(entry), ...Object.keys(entry.manifest.devDependencies ?? {})];
  if (withoutTensorflow.includes(room)) {
    for (const name of every.filter((each) => each.startsWith('@tensorflow/'))) {
      found.push(`${where}: ${room} may not depend on ${name}; what calls tfjs lives in backend-tfjs or training`);
    }
  }
  return found;
}

function allowedText(room: string): string {
  const allowed = allowedRooms(room);
  return allowed.length === 0 ? 'it depends on no other room' : `its arrows go to ${allowed.join(', ')} only`;
}

function importViolations(
  entry: Package,
  rooms: ReadonlyMap<string, string>,
  sharedDevDependencies: readonly string[],
): string[] {
  const room = roomOf(entry.folder);
  const found: string[] = [];
  for (const { file, line, specifier } of allImports(entry)) {
    const complain = (text: string) => found.push(`${entry.folder}/${file}:${line}: ${text}`);
    if (specifier.startsWith('.')) {
      const target = resolveRelative(file, specifier);
      if (target.startsWith('../') && isSource(file)) complain(`'${specifier}' leaves the package; import it by name`);
      else if (isSource(file) && !entry.files.has(target) && /\.[cm]?ts$/.test(target)) {
        complain(`'${specifier}' is no file of this package`);
      } else if (!/\.([cm]?js|json)$/.test(specifier) && !isPart(room, specifier))
        complain(`'${specifier}' should end in .js`);
      continue;
    }
    if (specifier.startsWith('#')) {
      if (!(specifier in (entry.manifest.imports ?? {})))
        complain(`'${specifier}' is not among the imports of package.json`);
      continue;
    }
    if (isBuiltin(specifier)) {
      if (!specifier.startsWith('node:')) complain(`write 'node:${specifier}'`);
      if (isSource(file) && !isFree(room) && !isNodeFile(file)) {
        complain(`'${specifier}' outside src/node.ts and src/node/: a browser could not load this file`);
      }
      continue;
    }
    const name = packageOf(specifier);
    const target = rooms.get(name);
    if (isSource(file) && !isFree(room)) {
      if (target !== undefined && target !== room && !allowedRooms(room).includes(target)) {
        complain(`${room} may not import ${target}; ${allowedText(room)}`);
      }
    }
    if (withoutTensorflow.includes(room) && name.startsWith('@tensorflow/')) {
      complain(`${room} may not import ${name}; what calls tfjs lives in backend-tfjs or training`);
    }
    const declared = isSource(file)
      ? runtimeDependencies(entry)
      : [
          ...runtimeDependencies(entry),
          ...Object.keys(entry.manifest.devDependencies ?? {}),
          ...sharedDevDependencies,
          entry.manifest.name,
        ];
    if (!declared.includes(name)) complain(`${name} is not declared in ${entry.folder}/package.json`);
  }
  return found;
}

/** No entry but a `node` one may reach a file that is for Node alone. */
function nodeViolations(entry: Package): string[] {
  if (isFree(roomOf(entry.folder))) return [];
  const graph = sourceGraph(entry);
  return sourceEntries(entry)
    .filter((file) => !isNodeFile(file))
    .flatMap((start) => {
      const reached = new Set([start]);
      for (const file of reached) for (const next of graph.get(file) ?? []) reached.add(next);
      return [...reached]
        .filter(isNodeFile)
        .map((file) => `${entry.folder}/${start}: reaches ${file}, which is for Node alone; export it from /node`);
    });
}

/** The source files that `exports` names. */
function sourceEntries({ manifest, files }: Package): string[] {
  const texts = JSON.stringify(manifest.exports ?? {}).matchAll(/"source":"\.\/(src\/[^"]+)"/g);
  return [...texts].flatMap(([, pattern = '']) => {
    const [before = '', after] = pattern.split('*');
    if (after === undefined) return [pattern];
    return [...files.keys()].filter((file) => file.startsWith(before) && file.endsWith(after));
  });
}

function sourceGraph(entry: Package, counts: (found: Import) => boolean = () => true): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const [file, text] of entry.files) {
    if (!isSource(file)) continue;
    const relative = importsOf(file, text).filter((found) => found.specifier.startsWith('.') && counts(found));
    graph.set(
      file,
      relative.map(({ specifier }) => resolveRelative(file, specifier)),
    );
  }
  return graph;
}

/** A circle of types vanishes in compilation (a graph has attributes, an op's attributes name its graph): only values count. */
function cycleViolations(entry: Package): string[] {
  return cycles(sourceGraph(entry, ({ typeOnly }) => !typeOnly)).map(
    (group) => `${entry.folder}: these files import one another in a circle: ${group.sort().join(', ')}`,
  );
}

/** The packages must have an order to be built in, with what their tests need counted too. */
function packageCycles(packages: readonly Package[]): string[] {
  const names = new Set(packages.map(({ manifest }) => manifest.name));
  const graph = new Map(
    packages.map((entry) => [
      entry.manifest.name,
      [...runtimeDependencies(entry), ...Object.keys(entry.manifest.devDependencies ?? {})].filter((name) =>
        names.has(name),
      ),
    ]),
  );
  return cycles(graph).map((group) => `these packages depend on one another in a circle: ${group.sort().join(', ')}`);
}
