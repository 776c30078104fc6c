import { type AnyNode, type Graph, isTrainable, nodeAt, type ParamRole, sizeOf } from '@convzoo/layers';
import { analyse } from '../analyse.js';
import { type ConventionName, conventions } from '../conventions/index.js';
import type { CostRow } from '../report.js';
import { type ExplainedField, type Term, TermSum } from './term.js';

/** Why a convention counts otherwise than our own on the same network, op by op. The terms add up to the difference. */
export function conventionTerms(graph: Graph, convention: ConventionName, field: ExplainedField): readonly Term[] {
  return field === 'params' ? paramTerms(graph, convention) : workTerms(graph, convention, field);
}

function workTerms(graph: Graph, convention: ConventionName, field: 'macs' | 'activations'): readonly Term[] {
  const own = analyse(graph).rows;
  const other = analyse(graph, { convention }).rows;
  const byOp = new Map<string, { readonly row: CostRow; readonly change: number; readonly node: AnyNode }[]>();
  own.forEach((row, id) => {
    const change = (other[id]?.[field] ?? 0) - (row[field] ?? 0);
    const key = row.op === 'activation' ? row.kind : row.op;
    if (change !== 0) byOp.set(key, [...(byOp.get(key) ?? []), { row, change, node: nodeAt(graph, id) }]);
  });
  return [...byOp].map(([op, changes]) => {
    const value = changes.reduce((sum, { change }) => sum + change, 0);
    const dropped = changes.every(({ row, change }) => change === -(row[field] ?? 0) && change !== 0);
    if (dropped) return { label: `${convention} leaves out ${op}`, value };
    const rate = (per: (node: AnyNode) => number): number | undefined => {
      const rates = new Set(changes.map(({ change, node }) => change / per(node)));
      const [only] = rates;
      return rates.size === 1 && Number.isInteger(2 * (only ?? Number.NaN)) ? only : undefined;
    };
    const perOutput = rate(({ shape }) => sizeOf(shape));
    const perInput = rate((node) => sizeOf(nodeAt(graph, node.inputs[0] ?? node.id).shape));
    // A global mean is 49 for each output, or 1 for each input: the simpler rule is meant.
    if (perInput !== undefined && Math.abs(perInput) < Math.abs(perOutput ?? Number.POSITIVE_INFINITY)) {
      return { label: `${convention}: ${op}, ${signed(perInput)} for each input`, value };
    }
    if (perOutput !== undefined) return { label: `${convention}: ${op}, ${signed(perOutput)} for each output`, value };
    return { label: `${convention}: ${op}, by a rule of its own`, value };
  });
}

const signed = (value: number): string => (value > 0 ? `${value}` : `${Math.abs(value)} less`);

const ROLE_NAMES: Readonly<Record<ParamRole, string>> = {
  kernel: 'kernels',
  bias: 'biases',
  scale: 'scale and shift of norms',
  shift: 'scale and shift of norms',
  mean: 'running mean and variance',
  variance: 'running mean and variance',
};

function paramTerms(graph: Graph, convention: ConventionName): readonly Term[] {
  const counted = conventions[convention].params;
  const seen = new Set<string>();
  const sum = new TermSum();
  for (const param of graph.nodes.flatMap(({ params }) => params)) {
    if (seen.has(param.path)) continue;
    seen.add(param.path);
    const change = Number(counted(param)) - Number(isTrainable(param));
    const verb = change > 0 ? 'counts' : 'leaves out';
    sum.add(`${convention} ${verb} ${ROLE_NAMES[param.role]}`, change * sizeOf(param.shape), param.path);
  }
  return sum.terms((label) => label);
}
