import { type Chart, SCHEMA, theme } from '../../chart.js';
import { contenders, idOf, isOurs, titleOf } from '../contenders.js';
import { NETWORKS } from '../network.js';
import type { Results } from '../results.js';

/** Least times at batch 1 as multiples of the engine's in Chromium at as many threads: a panel for each network. */
export function relativeChart({ rows }: Results): Chart {
  const single = rows.filter(({ batch }) => batch === 1);
  const base = (model: string, threads: number): number | undefined =>
    single.find((row) => row.model === model && row.cell === idOf('engine', 'chromium', threads))?.min;
  const values = single.flatMap((row) => {
    const engine = base(row.model, row.threads);
    if (engine === undefined) return [];
    const whose = isOurs(row.runtime) ? 'ours' : 'peer';
    return [{ model: row.model, who: titleOf(row), threads: `${row.threads}`, times: row.min / engine, whose }];
  });
  const order = [...new Set(contenders.map(titleOf))];
  return {
    $schema: SCHEMA,
    description: 'Least times of every runtime over the least time of the engine in Chromium',
    title: {
      text: "Least times over the engine's in Chromium, at as many threads",
      subtitle: 'Batch 1, logarithmic. Left of 1 is faster.',
    },
    data: { values },
    facet: { column: { field: 'model', type: 'nominal', sort: [...NETWORKS], title: null } },
    spec: {
      width: 150,
      height: 280,
      layer: [
        { mark: { type: 'rule', color: '#999', strokeDash: [4, 4] }, encoding: { x: { datum: 1 } } },
        {
          mark: { type: 'point', size: 70, strokeWidth: 2 },
          encoding: {
            x: {
              field: 'times',
              type: 'quantitative',
              scale: { type: 'log', nice: false },
              title: 'times',
              axis: { format: '~g', tickCount: 5 },
            },
            y: { field: 'who', type: 'nominal', sort: order, title: null, axis: { labelLimit: 400, grid: true } },
            shape: { field: 'threads', type: 'nominal', title: 'threads' },
            color: {
              field: 'whose',
              type: 'nominal',
              title: null,
              scale: { domain: ['ours', 'peer'], range: ['#d95f02', '#1b6ca8'] },
            },
          },
        },
      ],
    },
    config: theme,
  };
}
