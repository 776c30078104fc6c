/**
 * What thop, ptflops and fvcore counted on torchvision's networks (fixtures/reference/counters.json, with the script and the
 * versions) against cost-analysis under their conventions.
 */
import { readFileSync } from 'node:fs';
import { analyse, type CostRow } from '@convzoo/cost-analysis';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';

type Counter = 'thop' | 'ptflops' | 'fvcore';
interface Row extends Readonly<Record<Counter, { readonly macs: number; readonly params?: number }>> {
  readonly name: string;
  readonly input: number;
  readonly fvcore: { readonly macs: number; readonly activations: number };
}

const file = new URL('../fixtures/reference/counters.json', import.meta.url);
const { rows }: { readonly rows: readonly Row[] } = JSON.parse(readFileSync(file, 'utf8'));

/** Elements of the map that the last, global pool reads, and of its result. */
function lastPool(name: string): { readonly inputs: number; readonly outputs: number } {
  const report = analyse(buildModel(name), { convention: 'fvcore' });
  const pool = report.rows.findLast(({ op }) => op === 'globalAvgPool' || op === 'adaptiveAvgPool');
  return { inputs: pool?.macs ?? 0, outputs: pool?.shape.reduce((product, extent) => product * extent, 1) ?? 0 };
}

const elementsOf = (name: string, kind: string): number =>
  analyse(buildModel(name)).rows.reduce((sum, row) => sum + (row.kind === kind ? row.activations : 0), 0);

/**
 * thop and ptflops watch modules, fvcore what torch executes, and the networks below call functions of torch in places. A
 * graph cannot tell; these are the exact differences.
 */
const functions: Readonly<Record<string, () => Partial<Record<Counter | 'thopParams', number>>>> = {
  // functional.adaptive_avg_pool2d: no module for thop, once for ptflops.
  mobilenet_v2: () => {
    const { inputs, outputs } = lastPool('mobilenet_v2');
    return { thop: -inputs - outputs, ptflops: -inputs };
  },
  // x.mean([2, 3]): none of the three has a rule.
  mnasnet1_0: () => meanBySum('mnasnet1_0'),
  shufflenet_v2_x1_0: () => meanBySum('shufflenet_v2_x1_0'),
  // functional.relu in every BasicConv2d.
  googlenet: () => ({ ptflops: -elementsOf('googlenet', 'relu') }),
  // The same, and the pools of its branches.
  inception_v3: () => {
    const report = (convention: 'thop' | 'ptflops') => analyse(buildModel('inception_v3'), { convention }).rows;
    const pools = (convention: 'thop' | 'ptflops', path: RegExp) =>
      report(convention).reduce(
        (sum, row) => sum + (path.test(row.path) && row.op.endsWith('Pool') ? (row.macs ?? 0) : 0),
        0,
      );
    const inBranches = /^Mixed/;
    return {
      thop: -pools('thop', inBranches),
      ptflops: -elementsOf('inception_v3', 'relu') - pools('ptflops', inBranches) / 2,
    };
  },
  // functional.relu and adaptive_avg_pool2d at its end.
  densenet121: () => {
    const { inputs, outputs } = lastPool('densenet121');
    return { thop: -inputs - outputs, ptflops: -2 * inputs };
  },
  // LayerNorm2d is a class of torchvision's that thop and ptflops do not know, and the layer scales lie in no leaf.
  convnext_tiny: () => {
    const rowsOf = (convention: Counter) => analyse(buildModel('convnext_tiny'), { convention }).rows;
    const isNorm = ({ op, path }: CostRow) => op === 'layerNorm' && !path.includes('block');
    const norms = (convention: Counter) =>
      rowsOf(convention).reduce((sum, row) => sum + (isNorm(row) ? (row.macs ?? 0) : 0), 0);
    const unseen = rowsOf('thop').filter((row) => row.op === 'layerScale' || isNorm(row));
    return {
      thop: -norms('thop'),
      ptflops: -norms('ptflops'),
      thopParams: -unseen.reduce((sum, { params }) => sum + params, 0),
    };
  },
};

function meanBySum(name: string) {
  const { inputs, outputs } = lastPool(name);
  return { thop: -inputs - outputs, ptflops: -2 * inputs, fvcore: -inputs };
}

describe('counts of thop, ptflops and fvcore', () => {
  it('were measured on 25 networks, 18 of them made of modules alone', () => {
    expect(rows).toHaveLength(25);
    expect(rows.filter(({ name }) => !(name in functions))).toHaveLength(18);
  });

  it.each(rows.map((row) => [`${row.name} at ${row.input}`, row] as const))('%s', (_, row) => {
    const graph = buildModel(row.name, { input: row.input });
    const difference = functions[row.name]?.() ?? {};
    for (const counter of ['thop', 'ptflops', 'fvcore'] as const) {
      const { total } = analyse(graph, { convention: counter });
      expect(total.macs + (difference[counter] ?? 0), counter).toBe(row[counter].macs);
      if (counter === 'fvcore') expect(total.activations).toBe(row.fvcore.activations);
      else {
        const missing = counter === 'thop' ? (difference.thopParams ?? 0) : 0;
        expect(total.params + missing, `${counter}'s parameters`).toBe(row[counter].params);
      }
    }
  });
});
