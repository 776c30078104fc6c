import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { analyse } from '@convzoo/cost-analysis';
import { graphFromJson, graphToJson } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundlePackages } from '../build/script-packages.js';
import { compose } from '../src/pages/build/composition/compose.js';
import { type Composition, newBlock, sameComposition } from '../src/pages/build/composition/composition.js';
import { blockKinds } from '../src/pages/build/composition/kinds.js';
import { guessComposition } from '../src/pages/build/composition/read-typescript.js';
import { startComposition, startNames } from '../src/pages/build/composition/starts.js';
import { toTypeScript } from '../src/pages/build/composition/typescript.js';
import { Interpreter } from '../src/pages/build/script/interpreter.js';
import type { ScriptProblem } from '../src/pages/build/script/script-result.js';

let interpreter: Interpreter;
beforeAll(async () => {
  interpreter = new Interpreter(await bundlePackages());
});

async function graphOf(text: string) {
  const result = await interpreter.run(text);
  if ('problem' in result) throw new Error(`line ${result.problem.line}: ${result.problem.message}`);
  return result.graph;
}

async function problemOf(text: string, limit?: number): Promise<ScriptProblem> {
  const result = await interpreter.run(text, limit);
  if (!('problem' in result)) throw new Error('it ran');
  return result.problem;
}

describe('TypeScript in the interpreter', () => {
  it('builds examples/my-net.ts as Node does', async () => {
    const text = await readFile(fileURLToPath(new URL('../../../examples/my-net.ts', import.meta.url)), 'utf8');
    const { default: myNet } = await import('../../../examples/my-net.js');
    expect(await graphOf(text)).toEqual(JSON.parse(JSON.stringify(graphToJson(myNet()))));
  });

  it('has the zoo', async () => {
    const graph = await graphOf(
      "import { buildModel } from '@convzoo/zoo';\nexport default () => buildModel('resnet152');",
    );
    expect(analyse(graphFromJson(graph)).total.params).toBe(analyse(buildModel('resnet152')).total.params);
  });

  it('takes a graph itself, a promise of one, enums and satisfies', async () => {
    const body = "import { Builder } from '@convzoo/layers';\nenum Size { Side = 8 }\nconst nn = new Builder('a');\n";
    const graph = 'nn.graph(nn.flatten(nn.input([Size.Side, 8, 3] satisfies readonly number[])))';
    expect(await graphOf(`${body}export default ${graph};`)).toMatchObject({ name: 'a' });
    expect(await graphOf(`${body}export default async (): Promise<unknown> => ${graph};`)).toMatchObject({ name: 'a' });
  });

  it('writes down what an op from outside says of itself', async () => {
    const text = `import { Builder, defineOp } from '@convzoo/layers';
const double = defineOp({ name: 'double', shape: ({ inputs }) => inputs[0], macs: () => 7, compute: ([x]) => x });
const nn = new Builder('a');
export default nn.graph(nn.custom(double, [nn.input([2, 2, 1])]));`;
    const result = await interpreter.run(text);
    expect('customs' in result && result.customs).toMatchObject([{ name: 'double', shape: [2, 2, 1], macs: 7 }]);
  });

  it.each([
    ['syntax', 3, 'const a: number = 1;\n\nconst b = ;\nexport default a;'],
    ['syntax', 2, 'export default 1;\nfunction ( {'],
    ['syntax', 2, 'export default 1;\nconst [a = = 2] = [];'],
    [
      'throws',
      5,
      'interface A { b: number }\n\nconst f = (x: any) => {\n  // here\n  return x.y.z;\n};\nexport default f({});',
    ],
    [
      'throws',
      4,
      "import { Builder } from '@convzoo/layers';\nexport default () => {\n  const nn = new Builder('a');\n  nn.conv2d(nn.input([4, 4, 3]), { out: 2, kernel: 9, padding: 0 });\n};",
    ],
    ['no-default-export', undefined, 'export const a = 1;'],
    ['not-a-graph', undefined, 'export default 42;'],
    ['not-a-graph', undefined, 'export default () => new Promise(() => {});'],
    ['unknown-import', undefined, "import fs from 'node:fs';\nexport default fs.readFileSync('/etc/passwd');"],
    ['unknown-import', undefined, "import x from 'https://example.org/x.js';\nexport default x;"],
  ] as const)('finds %s at line %s', async (kind, line, text) => {
    expect(await problemOf(text)).toMatchObject({ kind, line });
  });

  it('says of a mistake in a network what the builder says', async () => {
    const text =
      "import { Builder } from '@convzoo/layers';\nconst nn = new Builder('a');\nnn.dense(nn.input([2, 2, 1]), { name: 'fc', units: 3 });\nexport default 1;";
    expect(await problemOf(text)).toMatchObject({ kind: 'throws', line: 3 });
    expect((await problemOf(text)).message).toContain('fc: dense:');
  });

  it('ends loops, recursion and hunger for memory, and goes on afterwards', async () => {
    expect(await problemOf('let i = 0;\nwhile (true) {\n  i++;\n}\nexport default i;', 200)).toMatchObject({
      kind: 'too-long',
    });
    expect(await problemOf('export default /(a+)+$/.test("a".repeat(60) + "b");', 200)).toMatchObject({
      kind: 'too-long',
    });
    const deep = await problemOf('function f(): number {\n  return f() + 1;\n}\nexport default f();');
    expect(deep).toMatchObject({ kind: 'throws' });
    expect(deep.line).toBeGreaterThan(0);
    const hungry = await problemOf("const all: string[] = [];\nfor (;;) all.push('x'.repeat(100_000 + all.length));");
    // Which of both limits is met first depends on the machine.
    expect(['too-much-memory', 'too-long']).toContain(hungry.kind);
    expect(await graphOf(toTypeScript(startComposition('small')))).toMatchObject({ name: 'my-net' });
  });

  it('reaches nothing outside', async () => {
    const names = [
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'Worker',
      'document',
      'window',
      'self',
      'postMessage',
      'indexedDB',
    ];
    const text = `export default () => { throw new Error([${names.map((name) => `typeof ${name}`).join(', ')}].join(' ')); };`;
    expect((await problemOf(text)).message).toBe(names.map(() => 'undefined').join(' '));
  });
});

describe('a composition as TypeScript', () => {
  const same = async (composition: Composition) => {
    const read = guessComposition(toTypeScript(composition));
    expect(read !== undefined && sameComposition(read, composition)).toBe(true);
    expect(await graphOf(toTypeScript(composition))).toEqual(
      JSON.parse(JSON.stringify(graphToJson(compose(composition).graph))),
    );
  };

  it.each(startNames)('"%s" is the same graph', async (name) => {
    await same(startComposition(name));
  });

  it.each(blockKinds)('%s is the same graph', async (kind) => {
    const before = kind === 'dense' ? [newBlock('flatten')] : [];
    await same({ name: 'one-block', input: [32, 32, 64], blocks: [...before, newBlock(kind)] });
    const odd = { excitation: true, norm: false, padding: 'half', from: 'flatten', dropout: 0.3, blocks: 2, stride: 2 };
    await same({
      name: 'one-block',
      input: [32, 32, 64],
      blocks: [...before, newBlock(kind, odd), newBlock('classifier')],
    });
  });
});
