import type { CostSheet } from '@convzoo/cost-analysis';
import { formatBytes, formatJoules } from '@convzoo/cost-analysis/format';
import type { Graph } from '@convzoo/layers';
import { writeFileAtomic } from '@convzoo/weights/node';
import type { Terminal } from '../../output/terminal.js';

export interface PictureOptions {
  readonly html?: string | undefined;
  readonly svg?: string | undefined;
}

/** Writes the page and the chart that were asked for; what draws them is loaded only then. */
export async function writePictures(
  graph: Graph,
  sheet: CostSheet,
  { html, svg }: PictureOptions,
  terminal: Terminal,
): Promise<void> {
  if (html !== undefined) {
    const { costReportHtml } = await import('../../report/cost-report.js');
    await writeFileAtomic(html, costReportHtml(graph, sheet, figuresOf(sheet)));
    terminal.note(`Wrote ${html}.`);
  }
  if (svg !== undefined) {
    const [{ layersChart }, { renderSvg }] = await Promise.all([
      import('@convzoo/charts'),
      import('@convzoo/charts/render'),
    ]);
    const layers = sheet.rows.map(({ path, kind, macs, params, activations }) => {
      return { path, kind, macs: macs ?? 0, params, activations };
    });
    const shown = layers.filter(({ macs, params }) => macs > 0 || params > 0);
    await writeFileAtomic(svg, await renderSvg(layersChart(sheet.model, shown)));
    terminal.note(`Wrote ${svg}.`);
  }
}

/** What the page says beside the counts. */
function figuresOf({ memory, training, energy }: CostSheet): readonly (readonly [string, string])[] {
  const { momentum } = training;
  const figures: (readonly [string, string])[] = [
    ['Activations at once', formatBytes(memory.best.bytes)],
    ['Training step', formatBytes(momentum.peakBytes)],
  ];
  if (energy === null) return figures;
  return [...figures, ['Energy (estimate)', `${formatJoules(energy.total.low)} to ${formatJoules(energy.total.high)}`]];
}
