import { type CostAxis, costAxes } from '@convzoo/charts';
import { formatBytes, formatCount } from '@convzoo/cost-analysis/format';
import { formatShape } from '@convzoo/layers';
import { page, table } from '../report/html.js';
import { accuracySvg, pointsOf } from './charts.js';
import type { ComparedNetwork } from './compare.js';

/** The comparison on one page that needs nothing else: three charts and the table. */
export async function comparisonHtml(networks: readonly ComparedNetwork[]): Promise<string> {
  const charts: string[] = [];
  if (pointsOf(networks).length > 0) {
    for (const cost of Object.keys(costAxes) as CostAxis[]) {
      charts.push(`<figure>${await accuracySvg(networks, cost)}</figure>`);
    }
  }
  const most = (field: 'params' | 'macs' | 'memory'): number => Math.max(...networks.map((network) => network[field]));
  const share = (field: 'params' | 'macs' | 'memory') => (network: ComparedNetwork) => network[field] / most(field);
  return page(
    'Networks compared',
    [
      '<h1>Networks compared</h1>',
      '<p>Counts of one example, float32. Memory is weights and activations at their peak. A star marks networks that no other beats in accuracy and MACs. Accuracies are as published by the named weights, at the same input.</p>',
      ...charts,
      '<h2>All figures</h2>',
      table(networks, [
        { title: 'Network', text: ({ model, front }) => (front ? `${model} ★` : model), isText: true },
        { title: 'Input', text: ({ input }) => formatShape(input) },
        { title: 'Parameters', text: ({ params }) => formatCount(params), share: share('params') },
        { title: 'MACs', text: ({ macs }) => formatCount(macs), share: share('macs') },
        { title: 'Memory', text: ({ memory }) => formatBytes(memory), share: share('memory') },
        { title: 'Top-1, %', text: ({ accuracy }) => accuracy?.top1.toFixed(2) ?? '' },
        { title: 'Published by', text: ({ accuracy }) => accuracy?.source ?? '', isText: true },
      ]),
    ].join('\n'),
  );
}
