import { type Float32Tensor, tapOf } from '@convzoo/layers';
import { describeNode, nodesBetween } from './between.js';
import type { LogitsResult } from './compare/logits.js';
import { agrees } from './compare/measure.js';
import type { TapResult } from './compare/tap.js';
import type { GoldenNetwork } from './network/network.js';
import type { GoldenRecord } from './record/record.js';
import type { FirstDifference } from './result.js';

/** What is known of a record that disagrees. */
export interface Evidence {
  readonly network: GoldenNetwork;
  readonly taps: readonly TapResult[];
  /** Whether it is the parameters that differ, so that nothing was run. */
  readonly parameters?: boolean;
  /** The logits of the network as users run it, and as it is written. */
  readonly plain?: LogitsResult;
  readonly written?: LogitsResult;
  readonly tolerance?: number;
  readonly difference?: FirstDifference;
  readonly output?: Float32Tensor;
}

/** Says what may be the matter where that costs nothing to find out. */
export function hintsFor(evidence: Evidence): readonly string[] {
  if (evidence.parameters === true) {
    const renames = 'Where only names differ, say how: --rename OURS=THEIRS.';
    return [`The record is of another network, or of other names. ${renames}`];
  }
  return [between, epsilons, softmax, optimised, tapOnly, order, activation].flatMap((hint) => hint(evidence) ?? []);
}

type Hint = (evidence: Evidence) => string | undefined;

const list = (numbers: readonly number[]): string => (numbers.length === 0 ? 'none' : numbers.join(', '));

/** Keras and TensorFlow have 1e-3, torch 1e-5. */
const epsilons: Hint = ({ network: { record, graph } }) => {
  const here = new Set<number>();
  for (const node of graph.nodes) if (node.op === 'batchNorm') here.add(node.attributes.eps);
  const { bnEps } = record;
  if (bnEps === undefined || (bnEps.length === here.size && bnEps.every((eps) => here.has(eps)))) return undefined;
  return `The epsilons of BatchNorm are ${list([...here])} here and ${list(bnEps)} in the record.`;
};

const softmax: Hint = ({ network: { record }, output }) => {
  if (output === undefined) return undefined;
  const isShares = (values: readonly number[]): boolean =>
    values.every((v) => v >= 0 && v <= 1) && Math.abs(values.reduce((sum, v) => sum + v, 0) - 1) < 1e-3;
  const [here, there] = [[...output.data.subarray(0, record.logits0.length)], record.logits0].map(isShares);
  if (here === there) return undefined;
  return here === true
    ? 'The network ends in a softmax and the record has logits: leave the softmax out.'
    : 'The record has shares that add up to 1, and the network answers logits: record it without its softmax.';
};

const optimised: Hint = ({ plain, written, tolerance = 0 }) =>
  plain !== undefined && written !== undefined && !agrees(plain.error, tolerance) && agrees(written.error, tolerance)
    ? 'As it is written the network agrees; with norms folded and activations fused it does not. That is a fault of convzoo: please report it.'
    : undefined;

/** Nodes in a hint. */
const MOST_NODES = 8;

/** What is computed between the last result that agrees and the first that does not: there the difference is. */
const between: Hint = ({ network: { graph }, taps, difference }) => {
  if (difference === undefined || taps.length === 0) return undefined;
  const last = taps.find((tap) => tap.name === difference.lastAgreed);
  const from = last && tapOf(graph, last.node).id;
  const to = difference.node === undefined ? graph.output : tapOf(graph, difference.node).id;
  const nodes = nodesBetween(graph, from, to);
  const left = nodes.length - MOST_NODES;
  const shown = nodes.slice(0, MOST_NODES).map(describeNode).join(', ');
  const more = left > 0 ? ` and ${left} more` : '';
  return `Look at ${shown}${more}.`;
};

const tapOnly: Hint = ({ plain, written, tolerance = 0, difference }) =>
  difference?.node !== undefined && plain !== undefined && written !== undefined
    ? agrees(plain.error, tolerance) && agrees(written.error, tolerance)
      ? `The logits agree, so ${difference.at} of the record may be another result than ${difference.node} here.`
      : undefined
    : undefined;

const firstOf = ({ taps, difference }: Evidence) => taps.find((tap) => tap.name === difference?.at);
const recordOf = (record: GoldenRecord, name: string) => record.taps.find((tap) => tap.name === name);

const order: Hint = (evidence) => {
  const tap = firstOf(evidence);
  const theirs = tap && recordOf(evidence.network.record, tap.name);
  if (tap?.here === undefined || theirs === undefined || tap.fault !== undefined) return undefined;
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= (evidence.tolerance ?? 0) * theirs.std;
  return near(tap.here.mean, theirs.mean) && near(tap.here.std, theirs.std)
    ? `Mean and deviation of ${tap.name} agree and its values do not: the same numbers in another order (concatenation, shuffle, groups).`
    : undefined;
};

/** Shares of zeros that far apart are no matter of rounding. */
const APART = 0.05;

const activation: Hint = (evidence) => {
  const tap = firstOf(evidence);
  const theirs = tap && recordOf(evidence.network.record, tap.name);
  if (tap?.here === undefined || theirs === undefined) return undefined;
  return Math.abs(tap.here.zeros - theirs.zeros) > APART
    ? `An activation of ${tap.name} is missing here or there, or is another function.`
    : undefined;
};
