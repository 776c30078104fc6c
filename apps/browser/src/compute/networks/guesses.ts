export interface Guess {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** The `count` most probable classes, the first first. */
export function topGuesses(probabilities: Float64Array, labels: readonly string[], count: number): readonly Guess[] {
  return [...probabilities]
    .map((probability, index) => ({ index, label: labels[index] ?? `class ${index}`, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, count);
}
