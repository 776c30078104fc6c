import type { TopLevelSpec } from 'vega-lite';
import { theme } from './theme.js';

/** Pictures of one class that were taken for one class, both by name. */
export interface ConfusionCell {
  readonly label: string;
  readonly predicted: string;
  readonly pictures: number;
}

/** Classes up to which the numbers fit into the cells. */
const NUMBERED = 20;

/**
 * The confusion matrix: a row a class, a column what its pictures were taken for, both in the order of `classes`. Cells are
 * coloured by their share of the row, so that classes of few pictures are seen too; cells without pictures are left out.
 */
export function confusionChart(
  name: string,
  classes: readonly string[],
  cells: readonly ConfusionCell[],
): TopLevelSpec {
  const totals = new Map<string, number>();
  for (const { label, pictures } of cells) totals.set(label, (totals.get(label) ?? 0) + pictures);
  const values = cells.map((cell) => ({ ...cell, share: cell.pictures / (totals.get(cell.label) ?? 1) }));
  const order = [...classes];
  const step = classes.length <= NUMBERED ? 36 : 14;
  const encoding = {
    y: { field: 'label', type: 'nominal' as const, scale: { domain: order }, sort: order, title: 'Class' },
    x: {
      field: 'predicted',
      type: 'nominal' as const,
      scale: { domain: order },
      sort: order,
      title: 'Taken for',
      axis: { labelAngle: -90 },
    },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `What ${name} takes the pictures of each class for`,
    title: { text: `${name}: confusion` },
    config: theme,
    data: { values },
    width: { step },
    height: { step },
    encoding,
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            title: 'Share of the class',
            scale: { scheme: 'blues', domain: [0, 1] },
            legend: { format: '.0%' },
          },
          tooltip: [
            { field: 'label', title: 'class' },
            { field: 'predicted', title: 'taken for' },
            { field: 'pictures', type: 'quantitative' },
            { field: 'share', type: 'quantitative', format: '.1%' },
          ],
        },
      },
      ...(classes.length <= NUMBERED
        ? [
            {
              mark: { type: 'text' as const, fontSize: 10 },
              encoding: {
                text: { field: 'pictures', type: 'quantitative' as const },
                color: { condition: { test: 'datum.share > 0.5', value: 'white' }, value: '#333' },
              },
            },
          ]
        : []),
    ],
  };
}
