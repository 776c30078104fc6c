import { nearestNames } from '@convzoo/zoo';
import { UsageError } from '../errors.js';
import type { Guess } from '../network/classifier.js';

/**
 * The class that is to be explained: the one that the user names (by its number, its name, or a part that no other name has), or
 * else the most probable.
 *
 * @throws UsageError `unknown-class`
 */
export function chosenClass(probabilities: Float64Array, labels: readonly string[], wanted?: string): Guess {
  const index = wanted === undefined ? mostProbable(probabilities) : indexOf(labels, wanted, probabilities.length);
  return { index, label: labels[index] ?? `class ${index}`, probability: probabilities[index] ?? 0 };
}

function mostProbable(probabilities: Float64Array): number {
  return probabilities.reduce((best, probability, i) => (probability > (probabilities[best] ?? 0) ? i : best), 0);
}

function indexOf(labels: readonly string[], wanted: string, classes: number): number {
  if (/^\d+$/.test(wanted)) {
    if (Number(wanted) < classes) return Number(wanted);
    throw new UsageError('unknown-class', `The network has ${classes} classes, 0 to ${classes - 1}; got ${wanted}.`);
  }
  const words = wanted.toLowerCase();
  const matching = (matches: (label: string) => boolean): readonly number[] =>
    labels.flatMap((label, i) => (matches(label.toLowerCase()) ? [i] : []));
  const exact = matching((label) => label === words);
  const found = exact.length > 0 ? exact : matching((label) => label.includes(words));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1) {
    const some = found.slice(0, 5).map((i) => `${i} (${labels[i]})`);
    throw new UsageError('unknown-class', `"${wanted}" means several classes: ${some.join(', ')}. Give a number.`);
  }
  const near = nearestNames(wanted, labels);
  const hint = near.length === 0 ? `Give a number, 0 to ${classes - 1}.` : `Did you mean ${near.join(' or ')}?`;
  throw new UsageError('unknown-class', `The network has no class called "${wanted}". ${hint}`);
}
