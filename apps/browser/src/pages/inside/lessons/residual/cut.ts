import { copyAny, dropDeadNodes, float32Tensor, type Graph, rewriteGraph } from '@convzoo/layers';
import { preprocess } from '@convzoo/preprocessing';
import { probabilitiesOf } from '@convzoo/runtime';
import type { ComputeContext } from '../../../../compute/context.js';
import { type Guess, topGuesses } from '../../../../compute/networks/guesses.js';
import type { PictureRef } from '../../../../compute/pictures.js';

export interface CutInput {
  readonly picture: PictureRef;
  /** Blocks, from 1, whose shortcut is taken out. */
  readonly cut: readonly number[];
}

export interface CutAnswer {
  readonly whole: readonly Guess[];
  readonly without: readonly Guess[];
  /** How far the two answers are apart: half the sum of the differences, from 0 to 1. */
  readonly distance: number;
}

/** A network without some of its shortcuts: where a block adds its input to its branch, the branch alone goes on. */
export function withoutShortcuts(graph: Graph, cut: readonly number[]): Graph {
  let block = 0;
  const rewritten = rewriteGraph(graph, (node, inputs, nn) => {
    if (node.op !== 'add') return copyAny(node, inputs, nn);
    block++;
    const [branch] = inputs;
    return branch !== undefined && cut.includes(block) ? branch : copyAny(node, inputs, nn);
  });
  return dropDeadNodes(rewritten);
}

/** What the network that comes with the page says with all of its shortcuts, and with those that are left. */
export async function cutAnswer(
  context: ComputeContext,
  { picture, cut }: CutInput,
  signal: AbortSignal,
): Promise<CutAnswer> {
  const [network, { image }] = await Promise.all([
    context.networks.load({ kind: 'embedded' }, { signal }),
    context.pictures.decode(picture),
  ]);
  const { data, shape } = preprocess(image, network.preset);
  const probabilities = async (removed: readonly number[]): Promise<Float64Array> => {
    const key = removed.length === 0 ? network.info.key : `${network.info.key} without ${removed.join()}`;
    const changed = { ...network, graph: withoutShortcuts(network.graph, removed), info: { ...network.info, key } };
    const input = float32Tensor([1, ...shape], data.slice());
    const { output } = await context.run(changed, { backend: 'engine', threads: 1 }, input);
    return probabilitiesOf(output.data, network.outputs);
  };
  const whole = await probabilities([]);
  const without = cut.length === 0 ? whole : await probabilities(cut);
  return {
    whole: topGuesses(whole, network.labels, TOP),
    without: topGuesses(without, network.labels, TOP),
    distance: whole.reduce((sum, value, i) => sum + Math.abs(value - (without[i] ?? 0)), 0) / 2,
  };
}

const TOP = 3;
