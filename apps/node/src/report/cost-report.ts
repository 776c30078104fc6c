import { type CostReport, groupBy } from '@convzoo/cost-analysis';
import { formatBytes, formatCount, formatInteger } from '@convzoo/cost-analysis/format';
import { diagramOf } from '@convzoo/diagram';
import { toSvg } from '@convzoo/diagram/svg';
import { formatShape, type Graph } from '@convzoo/layers';
import { type Column, escapeHtml, figures, page, table } from './html.js';

type Counts = Pick<CostReport['rows'][number], 'params' | 'macs' | 'activations' | 'weightBytes'>;

/** What a network costs, on one page that needs nothing else: totals, architecture, stages and layers. */
export function costReportHtml(
  graph: Graph,
  report: CostReport,
  more: readonly (readonly [string, string])[] = [],
): string {
  const { total } = report;
  const share = (field: 'params' | 'macs' | 'activations') => (row: Counts) => (row[field] ?? 0) / (total[field] || 1);
  const counts: readonly Column<Counts>[] = [
    { title: 'Parameters', text: ({ params }) => formatInteger(params), share: share('params') },
    { title: 'MACs', text: ({ macs }) => (macs === null ? 'unknown' : formatInteger(macs)), share: share('macs') },
    { title: 'Activations', text: ({ activations }) => formatInteger(activations), share: share('activations') },
  ];
  const uncounted = report.uncounted.map(({ path, op, missing }) => `${path} (${op}: ${missing.join(', ')})`);
  return page(
    `${report.model}: cost`,
    [
      `<h1>${escapeHtml(report.model)}</h1>`,
      `<p>Input ${formatShape(report.input)}, batch ${report.batch}, ${report.dtype}, counted as <em>${escapeHtml(report.convention)}</em> does. 1 MAC is a multiplication and an addition; FLOPs are 2 × MACs.</p>`,
      figures([
        ['Parameters', formatCount(total.params)],
        ['MACs', formatCount(total.macs)],
        ['FLOPs', formatCount(total.flops)],
        ['Activations', formatCount(total.activations)],
        ['Weights', formatBytes(total.weightBytes)],
        ...more,
      ]),
      uncounted.length === 0 ? '' : `<p>Not counted, for want of a rule: ${escapeHtml(uncounted.join('; '))}.</p>`,
      '<h2>Architecture</h2>',
      `<figure>${toSvg(diagramOf(graph))}</figure>`,
      '<h2>By stage</h2>',
      table(groupBy(report, 'stage'), [
        { title: 'Stage', text: ({ name }) => name, isText: true },
        { title: 'Layers', text: ({ nodes }) => String(nodes) },
        { title: 'Output', text: ({ shape }) => formatShape(shape) },
        ...counts,
      ]),
      '<h2>By kind of layer</h2>',
      table(groupBy(report, 'kind'), [
        { title: 'Kind', text: ({ name }) => name, isText: true },
        { title: 'Layers', text: ({ nodes }) => String(nodes) },
        ...counts,
      ]),
      '<h2>Layer by layer</h2>',
      table(report.rows, [
        { title: 'Layer', text: ({ path }) => path, isText: true },
        { title: 'Kind', text: ({ kind }) => kind, isText: true },
        { title: 'Output', text: ({ shape }) => formatShape(shape) },
        ...counts,
      ]),
    ].join('\n'),
  );
}
