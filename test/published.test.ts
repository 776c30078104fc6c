/**
 * Every published row of fixtures/reference/published.json against what cost-analysis counts on the zoo's networks, each
 * under the row's own convention and within its own tolerance.
 */
import { readFileSync } from 'node:fs';
import { analyse, type ConventionName, type CostReport } from '@convzoo/cost-analysis';
import { networkOf, type PublishedSource, publishedRows } from '@convzoo/cost-analysis/published';
import type { Graph } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly family: string;
  readonly name: string;
  readonly variant: string;
  readonly source: PublishedSource;
  readonly input: readonly [number, number, number];
  readonly params: number | null;
  readonly params_tol: number | null;
  readonly params_convention: string;
  readonly params_no_top?: number | null;
  readonly macs: number | null;
  readonly macs_tol: number | null;
  readonly macs_convention: string | null;
  readonly activations: number | null;
  readonly activations_tol: number | null;
}

const file = new URL('../fixtures/reference/published.json', import.meta.url);
const rows: readonly Row[] = JSON.parse(readFileSync(file, 'utf8'));

const macsConventions: Readonly<Record<string, ConventionName>> = {
  torchvision_ops: 'torchvision',
  timm_gmacs_fvcore: 'timm',
  mult_adds_conv_fc: 'paper',
  'conv only': 'conv-only',
  osmr_flops_half: 'osmr',
  mxop_multiplications: 'mxop',
};

const paramsConventions: Readonly<Record<string, ConventionName>> = {
  'learnable parameters incl. BN gamma/beta and biases, excl. running stats': 'torchvision',
  'learnable parameters in millions, 2 decimals': 'timm',
  'all weights incl. non-trainable BN moving mean/variance (Keras "Total params")': 'keras',
  'Keras total params (incl. moving stats), millions, 1 decimal': 'keras',
  'all weights incl. BN running stats': 'mxop',
  'learnable parameters (gluon: gamma/beta incl.)': 'osmr',
  'learnable parameters': 'osmr',
  'conv+fc weights only, excl. BN and bias, millions, 2 decimals': 'tf-slim',
  'millions, 2 decimals (TF-slim; not exactly trainable params)': 'paper',
  'millions, 1 decimal': 'paper',
  'as printed in the paper': 'paper',
};

/** The row's network, or undefined where the zoo has none of that name. */
function graphOf({ source, name, input: [a, b, c] }: Row): Graph | undefined {
  // torch writes channels first.
  const [height, width] = a === 3 ? [b, c] : [a, b];
  return networkOf({ source, name, height, width })?.build();
}

const networks = new Map(rows.map((row) => [row, graphOf(row)]));
const known = rows.filter((row) => networks.get(row) !== undefined);
const unknown = rows.filter((row) => networks.get(row) === undefined);

function reportOf(row: Row, convention: ConventionName | undefined): CostReport {
  expect(convention, 'the convention of this row').toBeDefined();
  return analyse(networks.get(row) as Graph, { convention });
}

function expectWithin(found: number, published: number, tolerance: number | null): void {
  expect(Math.abs(found - published), `counted ${found}, published ${published}`).toBeLessThanOrEqual(tolerance ?? 0);
}

describe('published counts', () => {
  it('has all 282 rows, each of a convention that there is', () => {
    expect(rows).toHaveLength(282);
    for (const { params_convention, macs_convention } of rows) {
      expect(paramsConventions).toHaveProperty([params_convention]);
      if (macs_convention !== null) expect(macsConventions).toHaveProperty([macs_convention]);
    }
  });

  it('finds the network of every row', () => {
    expect(unknown.map(({ source, name }) => `${source}: ${name}`)).toEqual([]);
  });

  it.each(known.map((row) => [`${row.source}: ${row.name} (${row.variant}) ${row.input.join('x')}`, row] as const))(
    '%s',
    (_, row) => {
      if (row.params !== null) {
        expectWithin(reportOf(row, paramsConventions[row.params_convention]).total.params, row.params, row.params_tol);
      }
      if (typeof row.params_no_top === 'number') {
        const { rows: layers } = reportOf(row, paramsConventions[row.params_convention]);
        const stem = layers.filter(({ op }) => op !== 'dense').reduce((sum, { params }) => sum + params, 0);
        expectWithin(stem, row.params_no_top, row.params_tol);
      }
      const convention = macsConventions[row.macs_convention ?? ''];
      if (row.macs !== null) expectWithin(reportOf(row, convention).total.macs, row.macs, row.macs_tol);
      if (row.activations !== null) {
        expectWithin(reportOf(row, convention).total.activations, row.activations, row.activations_tol);
      }
    },
  );

  it('are the rows that the package has, and the 17 that are not reproduced', () => {
    const other = new URL('../fixtures/reference/published-do-not-assert.json', import.meta.url);
    const wrong: readonly (Row & { readonly notes: string })[] = JSON.parse(readFileSync(other, 'utf8'));
    expect(wrong).toHaveLength(17);
    const key = (row: object, fields: readonly string[]) =>
      JSON.stringify(fields.map((field) => (row as Readonly<Record<string, unknown>>)[field] ?? null));
    const facts = ['source', 'name', 'variant', 'params', 'macs', 'activations', 'top1', 'top5'];
    const inFile = [...rows, ...wrong].map((row) => {
      const [a, b, c] = row.input;
      const [height, width] = a === 3 ? [b, c] : [a, b];
      return `${key(row, facts)} ${height}x${width} ${row.params_tol ?? 0} ${row.macs_tol ?? 0} ${row.activations_tol ?? 0}`;
    });
    const inPackage = publishedRows().map((row) => {
      const { height, width, paramsTolerance, macsTolerance, activationsTolerance } = row;
      return `${key(row, facts)} ${height}x${width} ${paramsTolerance} ${macsTolerance} ${activationsTolerance}`;
    });
    expect(inPackage.toSorted()).toEqual(inFile.toSorted());
    expect(
      publishedRows()
        .filter(({ reproduced }) => !reproduced)
        .map(({ note }) => note),
    ).toEqual(wrong.map(({ notes }) => notes));
    for (const row of publishedRows()) expect(networkOf(row), row.name).toBeDefined();
  });
});
