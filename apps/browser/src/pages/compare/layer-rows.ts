import type { LayerCost } from '@convzoo/charts';
import { analyse, type ConventionName, groupBy, inferenceMemory } from '@convzoo/cost-analysis';
import { buildModel } from '@convzoo/zoo';
import type { LayerGroup } from './layer-group.js';

/** A layer or several. */
export type LayerRow = Required<LayerCost>;

/**
 * What each layer of a network costs, or each block, stage or kind of layer. Layers that have neither parameters nor MACs are
 * left out. Memory is of activations while a layer runs, in the graph's own order; of several layers, the most.
 *
 * @throws ConvzooError as `buildModel`
 */
export function layerRows(model: string, convention: ConventionName, by: LayerGroup): readonly LayerRow[] {
  const graph = buildModel(model);
  const report = analyse(graph, { convention });
  const during = new Map(inferenceMemory(graph).during.map(({ path, bytes }) => [path, bytes]));
  if (by === 'layer') {
    return report.rows
      .map(({ path, kind, macs, params, activations }) => {
        return { path, kind, macs: macs ?? 0, params, activations, memory: during.get(path) ?? 0 };
      })
      .filter(({ macs, params }) => macs > 0 || params > 0);
  }
  return groupBy(report, by)
    .map(({ name, macs, params, activations }) => {
      const rows = report.rows.filter((row) => row[by] === name);
      const memory = Math.max(0, ...rows.map(({ path }) => during.get(path) ?? 0));
      const dearest = rows.toSorted((a, b) => (b.macs ?? 0) - (a.macs ?? 0))[0];
      return { path: name, kind: dearest?.kind ?? name, macs, params, activations, memory };
    })
    .filter(({ macs, params }) => macs > 0 || params > 0);
}
