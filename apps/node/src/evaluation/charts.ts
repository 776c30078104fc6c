import { confusionChart, reliabilityChart } from '@convzoo/charts';
import { renderSvg } from '@convzoo/charts/render';
import type { Scores } from './tally.js';

/** Classes that a confusion matrix shows; more are a grey square. */
const MOST_CLASSES = 40;

/** Classes by how many of their pictures, or of those taken for them, were wrong; those with most first. */
export function confusedClasses({ classes }: Scores): readonly number[] {
  return classes
    .filter(({ pictures, predicted }) => pictures + predicted > 0)
    .map(({ index, pictures, right, predicted }) => ({ index, wrong: pictures + predicted - 2 * right }))
    .sort((a, b) => b.wrong - a.wrong || a.index - b.index)
    .slice(0, MOST_CLASSES)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

/** Names that are no other's: two classes of ImageNet are called crane. */
function distinctNames(labels: readonly string[]): readonly string[] {
  return labels.map((label, index) =>
    labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label} ${index}`,
  );
}

/** Confusion and reliability, each as an SVG. */
export async function evaluationSvgs(
  model: string,
  labels: readonly string[],
  scores: Scores,
): Promise<{ readonly confusion: string; readonly reliability: string }> {
  const shown = new Set(confusedClasses(scores));
  const names = distinctNames(labels);
  const nameOf = (index: number): string => names[index] ?? String(index);
  const cells = scores.confusion
    .filter(({ index, predicted }) => shown.has(index) && shown.has(predicted))
    .map(({ index, predicted, pictures }) => ({ label: nameOf(index), predicted: nameOf(predicted), pictures }));
  const confusion = await renderSvg(confusionChart(model, [...shown].map(nameOf), cells));
  return { confusion, reliability: await renderSvg(reliabilityChart(model, scores.calibration.bins)) };
}
