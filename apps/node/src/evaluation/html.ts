import { escapeHtml, figures, page, table } from '../report/html.js';
import { confusedClasses, evaluationSvgs } from './charts.js';
import { type ClassResult, type Scores, wilsonInterval } from './tally.js';
import { percent } from './text.js';

export interface EvaluatedNetwork {
  readonly model: string;
  readonly origin: string;
  readonly backend: string;
  readonly data: string;
  readonly labels: readonly string[];
}

/** What was measured, on one page that needs nothing else: figures, reliability, confusion, every class. */
export async function evaluationHtml(about: EvaluatedNetwork, scores: Scores): Promise<string> {
  const { model, origin, backend, data, labels } = about;
  const { of, top1, top5, calibration, classes } = scores;
  const svgs = await evaluationSvgs(model, labels, scores);
  const seen = classes.filter(({ pictures, predicted }) => pictures + predicted > 0);
  const matrix = confusedClasses(scores).length < seen.length ? ', of the classes that are most often wrong' : '';
  const interval = (right: number): string => wilsonInterval(right, of).map(percent).join(' to ');
  const share = (field: 'recall' | 'precision' | 'f1') => (row: ClassResult) => row[field];
  return page(
    `${model} on ${data}`,
    [
      `<h1>${escapeHtml(model)}</h1>`,
      `<p>${escapeHtml(`On ${of} pictures of ${data}, by ${backend}: ${origin}.`)}</p>`,
      figures([
        ['Top-1', percent(top1 / (of || 1))],
        ['Top-1, 95 % interval', interval(top1)],
        ['Top-5', percent(top5 / (of || 1))],
        ['Top-5, 95 % interval', interval(top5)],
        ['Calibration error (ECE)', percent(calibration.ece)],
        ['Mean confidence', percent(calibration.confidence)],
        ['Log loss', calibration.logLoss.toFixed(4)],
        ['Brier score', calibration.brier.toFixed(4)],
      ]),
      '<h2>Reliability</h2>',
      '<p>Bars: how often answers of that confidence were right. Red: their mean confidence. On the dashed line both are the same.</p>',
      `<figure>${svgs.reliability}</figure>`,
      `<h2>Confusion${matrix}</h2>`,
      `<figure>${svgs.confusion}</figure>`,
      '<h2>Class by class</h2>',
      table(seen, [
        { title: 'Class', text: ({ index }) => labels[index] ?? String(index), isText: true },
        { title: 'Pictures', text: ({ pictures }) => String(pictures) },
        { title: 'Right', text: ({ right }) => String(right) },
        { title: 'Taken for it', text: ({ predicted }) => String(predicted) },
        { title: 'Recall', text: ({ recall }) => percent(recall), share: share('recall') },
        { title: 'Precision', text: ({ precision }) => percent(precision), share: share('precision') },
        { title: 'F1', text: ({ f1 }) => f1.toFixed(4), share: share('f1') },
      ]),
    ].join('\n'),
  );
}
