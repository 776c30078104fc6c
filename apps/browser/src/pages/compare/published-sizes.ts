import { networkOf, publishedRows } from '@convzoo/cost-analysis/published';
import { type Graph, paramsOf, sizeOf } from '@convzoo/layers';
import { resolveModel } from '@convzoo/zoo';
import { pretrainedWeights } from '@convzoo/zoo/pretrained';
import { SIDE_STEP, sidesOf } from './input-sides.js';
import type { PublishedSize } from './network-row.js';

/**
 * Every width and input at which somebody published an accuracy of a network on ImageNet: those of the tables first, since a
 * table's rows were trained alike, then those of weights.
 */
export function publishedSizes(model: string): readonly PublishedSize[] {
  const { name, entry } = resolveModel(model);
  if (entry.classes !== 1000) return [];
  const paramsAt = new Map<number, number>();
  const own = (width: number): number => {
    const known = paramsAt.get(width) ?? parameters(entry.build({ width: entry.anyWidth ? width : undefined }));
    paramsAt.set(width, known);
    return known;
  };
  const tables = publishedRows().flatMap((row): PublishedSize[] => {
    const network = row.top1 === null || row.height !== row.width ? undefined : networkOf(row);
    if (row.top1 === null || network?.model !== name) return [];
    // Some tables have relatives under the same name, such as MobileNet with full convolutions.
    if (parameters(network.build()) !== own(network.width)) return [];
    return [{ width: network.width, input: row.height, top1: row.top1, source: `${row.source}: ${row.name}` }];
  });
  const weights = pretrainedWeights().flatMap(
    ({ name: source, model: of, dialect, classes, ...row }): PublishedSize[] => {
      if (row.top1 === undefined || classes !== 1000) return [];
      const { name: network, options } = resolveModel(of, { dialect });
      if (network !== name) return [];
      return [{ width: options.width ?? 1, input: row.measuredAt ?? row.input[0], top1: row.top1, source }];
    },
  );
  return [...tables, ...weights];
}

const parameters = (graph: Graph): number => paramsOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** The smallest side of the slider's that a network can take: below, a map has no pixels left. */
export function leastInput(model: string): number {
  const { entry } = resolveModel(model);
  const { min, max } = sidesOf(entry.input[0]);
  for (let side = min; side < max; side += SIDE_STEP) {
    try {
      entry.build({ input: side });
      return side;
    } catch {
      // Too small.
    }
  }
  return entry.input[0];
}
