import { type AnyNode, type Graph, isTrainable, nodeAt, type ParamRole, paramOf, sizeOf } from '@convzoo/layers';
import { analyse } from '../analyse.js';
import { kindOf } from '../kind.js';
import { type ExplainedField, type Term, TermSum } from './term.js';

/**
 * Why `to` counts otherwise than `from` under our own convention: layers are compared by path, and grouped by what is
 * different about them. The terms add up to the whole difference.
 */
export function networkTerms(from: Graph, to: Graph, field: ExplainedField): readonly Term[] {
  return field === 'params' ? paramTerms(from, to) : workTerms(from, to, field);
}

function workTerms(from: Graph, to: Graph, field: 'macs' | 'activations'): readonly Term[] {
  const counts = (graph: Graph) => new Map(analyse(graph).rows.map((row) => [row.path, row[field] ?? 0]));
  const [before, after] = [counts(from), counts(to)];
  const sum = new TermSum();
  for (const { path, old, now } of pairs(from, to)) {
    const change = (after.get(path) ?? 0) - (before.get(path) ?? 0);
    sum.add(reason(from, to, old, now), change, path);
  }
  return sum.terms(countLayers);
}

function paramTerms(from: Graph, to: Graph): readonly Term[] {
  const sum = new TermSum();
  for (const { path, old, now } of pairs(from, to)) {
    for (const role of ROLES) {
      const [a, b] = [sizeOfRole(old, role), sizeOfRole(now, role)];
      const why = old === undefined || now === undefined || (a > 0 && b > 0) ? reason(from, to, old, now) : '';
      sum.add(why || `${a === 0 ? 'with' : 'without'} a ${role}`, b - a, path);
    }
  }
  return sum.terms(countLayers);
}

const ROLES: readonly ParamRole[] = ['kernel', 'bias', 'scale', 'shift'];

const sizeOfRole = (node: AnyNode | undefined, role: ParamRole): number => {
  const param = node && paramOf(node, role);
  return param === undefined || !isTrainable(param) ? 0 : sizeOf(param.shape);
};

function pairs(from: Graph, to: Graph) {
  const old = new Map(from.nodes.map((node) => [node.path, node]));
  const now = new Map(to.nodes.map((node) => [node.path, node]));
  return [...new Set([...old.keys(), ...now.keys()])].map((path) => ({ path, old: old.get(path), now: now.get(path) }));
}

/** What is different about a layer, from the most particular to the most general. */
function reason(from: Graph, to: Graph, old: AnyNode | undefined, now: AnyNode | undefined): string {
  if (old === undefined) return now === undefined ? '' : `${kindOf(now, to)} added`;
  if (now === undefined) return `${kindOf(old, from)} left out`;
  const [was, is] = [kindOf(old, from), kindOf(now, to)];
  if (was !== is) return `${is} in place of ${was}`;
  const channels = (graph: Graph, node: AnyNode): string =>
    [node.inputs[0] === undefined ? '' : nodeAt(graph, node.inputs[0]).shape.at(-1), node.shape.at(-1)].join();
  if (channels(from, old) !== channels(to, now)) return `${is} with other numbers of channels`;
  const [strideWas, strideIs] = [strideOf(old), strideOf(now)];
  if (strideWas !== strideIs) return `${is} with stride ${strideIs} in place of ${strideWas}`;
  return `${is} on ${sizeOf(now.shape) < sizeOf(old.shape) ? 'smaller' : 'larger'} maps`;
}

function strideOf(node: AnyNode): string {
  if (node.op !== 'conv2d' && node.op !== 'maxPool' && node.op !== 'avgPool') return '';
  const [rows, columns] = node.attributes.strides;
  return rows === columns ? `${rows}` : `${rows}x${columns}`;
}

/** Layers that are named; of more only the first is. */
const FEW = 3;

function countLayers(label: string, paths: readonly string[]): string {
  const named = paths.length <= FEW ? paths.join(', ') : `${paths[0]}, ...`;
  return `${paths.length} x ${label} (${named})`;
}
