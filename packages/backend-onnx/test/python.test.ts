// The official checker on every network, and Python's onnxruntime on a member of every family.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { float32Tensor, type Graph, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { difference } from '@convzoo/runtime';
import { buildModel, modelNames } from '@convzoo/zoo';
import { afterAll, describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { others, smallest } from '../../backend-tfjs/test/support/families.js';
import { engineBackend } from '../../engine/src/index.js';
import { exportNetwork } from '../src/export/network.js';
import { toOnnx } from '../src/index.js';
import { writeModel } from '../src/proto/write.js';
import { onnxPython } from './support/python.js';

const full = (process.env['CONVZOO_FULL'] ?? '') !== '';
const found = onnxPython();
const script = fileURLToPath(new URL('support/check.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly name: string;
  readonly error?: string;
}

function check(paths: readonly string[]): readonly Line[] {
  if ('missing' in found) throw new Error(found.missing);
  const text = execFileSync(found.python, [script, ...paths], { encoding: 'utf8', maxBuffer: 1e8 });
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Arrays of the right lengths over one memory, for networks whose values do not matter. */
function hollow(graph: Graph): Parameters {
  const longest = Math.max(0, ...paramsOf(graph).map(({ shape }) => sizeOf(shape)));
  const zeros = new Float32Array(longest);
  return new Map(
    paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, zeros.subarray(0, sizeOf(shape)))]),
  );
}

/** The graph with inputs in the place of its weights: the checker looks at shapes, and no gigabytes are written. */
function skeleton(graph: Graph): Uint8Array {
  const { model } = exportNetwork(graph, hollow(graph), { optimise: false, taps: Object.keys(graph.taps) });
  const { initialisers, inputs } = model.graph;
  const weights = initialisers.map(({ name, dims }) => ({ name, dims }));
  return writeModel({ ...model, graph: { ...model.graph, initialisers: [], inputs: [...inputs, ...weights] } });
}

// One line where there is none, and not one for each test.
if ('missing' in found) it('the official checker and Python', (context) => context.skip(found.missing));
else
  describe('the official checker', () => {
    it('finds nothing in any network of the zoo, weights apart', { timeout: 600_000 }, () => {
      const paths = modelNames.map((name) => {
        const path = join(folder, `skeleton-${name.replaceAll('/', '-')}.onnx`);
        writeFileSync(path, skeleton(buildModel(name)));
        return path;
      });
      const lines = check(paths);
      expect(lines.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(lines).toHaveLength(modelNames.length);
      expect(lines.length).toBeGreaterThan(100);
    });

    it('finds a mistake that is planted', () => {
      const graph = buildModel('resnet20-cifar10');
      const { model } = exportNetwork(graph, filledParameters(graph), {});
      const outputs = model.graph.outputs.map(({ name }) => ({ name, dims: ['batch', 11] }));
      const path = join(folder, 'planted.onnx');
      writeFileSync(path, writeModel({ ...model, graph: { ...model.graph, outputs } }));
      expect(check([path])[0]!.error).toMatch(/shape|dimension/i);
    });
  });

/** Above this many parameters a file is written under CONVZOO_FULL only: VGG and AlexNet. */
const LARGE = 40_000_000;
const sizeOfAll = (graph: Graph): number => paramsOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const specs = [...Object.values(smallest), ...others];
const tried = specs.filter((spec) => full || sizeOfAll(buildModel(spec)) < LARGE);

if ('python' in found)
  describe("Python's onnxruntime", () => {
    it(`gives what the engine gives, on ${tried.length} of ${specs.length} networks`, {
      timeout: 900_000,
    }, async () => {
      const backend = await engineBackend();
      const worst: { spec: string; relative: number }[] = [];
      for (const [i, spec] of tried.entries()) {
        const graph = buildModel(spec);
        const params = filledParameters(graph);
        const input = filled([2, ...graph.nodes[0]!.shape], 3);
        const stem = join(folder, 'network');
        const { bytes } = toOnnx(graph, params, { layout: 'channels-last', optimise: i % 2 === 0 });
        writeFileSync(`${stem}.onnx`, bytes);
        writeFileSync(`${stem}.input`, new Uint8Array(input.data.buffer));
        expect(check([`${stem}.onnx`]), spec).toEqual([{ name: 'network' }]);
        const { buffer } = new Uint8Array(readFileSync(`${stem}.output`));
        await using session = await backend.prepare(graph, params);
        const { output } = await session.run(input);
        worst.push({ spec, relative: difference(new Float32Array(buffer), output.data).relative });
      }
      expect(worst.filter(({ relative }) => !(relative < 1e-4))).toEqual([]);
      expect(worst).toHaveLength(tried.length);
    });
  });
