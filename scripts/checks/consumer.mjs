import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, withDependencies } from '../workspace/layout.mjs';
import { lastLines, networkFailure, npm, run } from '../workspace/run.mjs';
import { packAll } from './packed.mjs';

/**
 * A user of the packed packages: a program of consumer/, in an empty folder outside the workspace, with the tarballs
 * that it names installed by npm.
 *
 * @typedef {object} Consumer
 * @property {string} program file name in scripts/checks/consumer
 * @property {string[]} packages of ours, installed from tarballs; what they need of ours comes along
 * @property {string[]} [others] packages of others, in the version that this workspace uses
 * @property {string} [absent] a scope or package that may not be found in node_modules
 */

/** @type {Consumer[]} */
const consumers = [
  { program: 'count.ts', packages: ['@convzoo/zoo', '@convzoo/cost-analysis'], absent: '@tensorflow' },
  {
    program: 'run-on-wasm.ts',
    packages: ['@convzoo/zoo', '@convzoo/weights', '@convzoo/backend-tfjs'],
    others: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'],
  },
];

/**
 * Installs the tarballs as a user would, type checks a program against them under both ways of resolution, runs it.
 *
 * @returns {Promise<string[] | { skipped: string }>} problems
 */
export async function consumerProblems() {
  const problems = [];
  for (const consumer of consumers) {
    const found = await tryOut(consumer);
    if (!Array.isArray(found)) return found;
    problems.push(...found.map((problem) => `${consumer.program}: ${problem}`));
  }
  return problems;
}

/** @param {Consumer} consumer */
async function tryOut(consumer) {
  const folder = mkdtempSync(join(tmpdir(), 'convzoo-consumer-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(await consumerManifest(consumer), null, 2));
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
    const installed = await npm(install, { cwd: folder, log: 'consumer-install' });
    if (installed.code !== 0) {
      const network = networkFailure(installed.output);
      if (network !== undefined && !process.env['CI']) {
        return { skipped: `the npm registry cannot be reached (${network}), and the consumer test installs from it` };
      }
      return [`npm install failed:\n${lastLines(installed.output)}`];
    }
    const modules = join(folder, 'node_modules');
    if (consumer.absent !== undefined && foldersNamed(consumer.absent, modules)) {
      return [`${consumer.absent} is in node_modules: a user who only counts would install it`];
    }
    copyFileSync(join(root, 'scripts/checks/consumer', consumer.program), join(folder, consumer.program));
    return [...(await typeProblems(folder, consumer.program)), ...(await runProblems(folder, consumer.program))];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @param {Consumer} consumer */
async function consumerManifest({ packages, others = [] }) {
  const packed = await packAll();
  /** @param {string} name */
  const file = (name) => {
    const found = packed.find((entry) => entry.name === name);
    if (found === undefined) throw new Error(`${name} is not published, but a consumer uses it`);
    return `file:${found.tarball}`;
  };
  const closure = packages.flatMap((name) => withDependencies(name)).map(({ manifest }) => manifest);
  // Peers of ours are written by the user of a package, and an override may not differ from a direct dependency.
  const transitive = closure.map(({ name }) => name).filter((name) => !packages.includes(name));
  /** @param {string} name */
  const version = (name) => {
    const range = closure.map((manifest) => manifest.devDependencies?.[name]).find((found) => found !== undefined);
    if (range === undefined) throw new Error(`no package that the consumer uses has ${name} among its devDependencies`);
    return range;
  };
  return {
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([
      ...packages.map((name) => [name, file(name)]),
      ...others.map((name) => [name, version(name)]),
    ]),
    // Nothing of ours may come from a registry, where another version could be.
    overrides: Object.fromEntries(transitive.map((name) => [name, file(name)])),
  };
}

/**
 * @param {string} name
 * @param {string} modules
 */
function foldersNamed(name, modules) {
  const entries = readdirSync(modules, { recursive: true, withFileTypes: true });
  return entries.some((entry) => entry.isDirectory() && entry.name === name);
}

/** The strictest settings that a user may have: declarations are checked too. `esnext.disposable` is for `await using`. */
const strictest = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable', 'dom'],
  types: [],
};

/**
 * Type checks the program once as Node resolves packages and once as a bundler does.
 *
 * @param {string} folder
 * @param {string} program
 */
async function typeProblems(folder, program) {
  const problems = [];
  for (const how of [
    // Only this compilation is kept: it is the program that runs afterwards.
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'preserve', moduleResolution: 'bundler', noEmit: true },
  ]) {
    const config = { compilerOptions: { ...strictest, ...how }, files: [program] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { output } = await run(process.execPath, [tsc, '-p', folder], { cwd: folder, log: 'consumer-types' });
    const ours = output.split('\n').filter((line) => line.includes('error TS') && !isOfOthers(line));
    if (ours.length > 0)
      problems.push(`types do not check (${how.moduleResolution}):\n${lastLines(ours.join('\n'), 20)}`);
  }
  return problems;
}

/**
 * Whether a line of tsc is about somebody else's declarations: @webgpu/types, which tfjs brings, contradicts TypeScript 6's
 * own types of WebGPU.
 *
 * @param {string} line
 */
function isOfOthers(line) {
  return /^(node_modules\/(?!@convzoo\/)|\S*\/typescript\/lib\/)/.test(line);
}

/**
 * @param {string} folder
 * @param {string} program
 */
async function runProblems(folder, program) {
  const compiled = program.replace(/\.ts$/, '.js');
  const { code, output } = await run(process.execPath, [compiled], { cwd: folder, log: 'consumer-run' });
  return code === 0 ? [] : [`the program failed:\n${lastLines(output)}`];
}
