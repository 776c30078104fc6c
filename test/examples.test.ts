/** The examples, and that the READMEs show them as they are. */
import { readFileSync } from 'node:fs';
import { analyse } from '@convzoo/cost-analysis';
import {
  Builder,
  float32Tensor,
  type Graph,
  graphFromJson,
  graphToJson,
  optimiseForInference,
  outputOf,
  paramsOf,
  replaceHead,
  residual,
  selectOutput,
  sizeOf,
  type Value,
  withInputShape,
} from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import myNet from '../examples/my-net.js';
import swishNet, { hardSwish } from '../examples/my-op.js';

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('examples/my-net.ts', () => {
  const graph = myNet();

  it('is shown by the README of layers', () => {
    expect(text('packages/layers/README.md')).toContain(text('examples/my-net.ts'));
  });

  it('is a network like any other: other inputs and heads, features, passes, JSON', () => {
    expect(outputOf(graph).shape).toEqual([10]);
    expect(withInputShape(graph, [97, 131, 3])).toMatchObject({ name: 'my-net', output: graph.output });
    expect(replaceHead(graph, 3)).toEqual(myNet({ classes: 3 }));
    expect(outputOf(selectOutput(graph, 'stage2')).shape).toEqual([8, 8, 128]);
    const { graph: plan } = optimiseForInference({ ...graph, taps: {} });
    expect(plan.nodes.map((node) => node.op)).not.toContain('batchNorm');
    expect(graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))))).toEqual(graph);
  });

  it('would be told of a mistake as the README says', () => {
    const nn = new Builder('mistake');
    const branch = (x: Value): Value => nn.conv2d(x, { out: 128, kernel: 3 });
    const build = (): Value =>
      nn.scope('stage1', () => nn.scope('refine', () => residual(nn, nn.input([16, 16, 64]), { branch })));
    const said = /^stage1.*add: .*$/m.exec(text('packages/layers/README.md'))?.[0];
    expect(said).toBeDefined();
    expect(build).toThrow(said);
  });

  it('is counted, as by hand', () => {
    // Stem, then three stages of (depthwise, pointwise) twice, by multiply-accumulates at their output's extent.
    const stem = 32 * 32 * 9 * 3 * 32;
    const stage = (extent: number, width: number): number =>
      extent ** 2 * (9 * width + width * 2 * width + 9 * 2 * width + 4 * width ** 2);
    const macs = stem + stage(16, 32) + stage(8, 64) + stage(4, 128) + 256 * 10;
    expect(analyse(graph).total.macs).toBe(macs);
  });
});

describe('examples/my-op.ts', () => {
  const tensor = (...values: number[]) => float32Tensor([values.length], Float32Array.from(values));
  const graph: Graph = swishNet();

  it('builds, and survives JSON with its definition', () => {
    expect(graph.nodes.map((node) => node.path)).toContain('hardSwish');
    expect(paramsOf(graph).reduce((sum, param) => sum + sizeOf(param.shape), 0)).toBe(27 * 8 + 8 + 80 + 10);
    expect(graphFromJson(graphToJson(graph), { ops: [hardSwish] })).toEqual(graph);
  });

  it('computes hard swish, and its gradient is that of finite differences', () => {
    const x = [-4, -3.5, -1, 0, 0.5, 2, 3.5];
    expect([...hardSwish.compute([tensor(...x)], [], {}).data].map((v) => v + 0)).toEqual(
      [0, 0, -1 / 3, 0, 1.75 / 6, 10 / 6, 3.5].map(Math.fround),
    );
    const ones = tensor(...x.map(() => 1));
    const slopes = hardSwish.gradient?.(ones, [tensor(...x)], [], {}).inputs[0]?.data ?? [];
    const f = (v: number): number => hardSwish.compute([tensor(v)], [], {}).data[0] ?? 0;
    for (const [i, v] of x.entries()) expect(slopes[i]).toBeCloseTo((f(v + 2 ** -8) - f(v - 2 ** -8)) / 2 ** -7, 3);
  });
});
