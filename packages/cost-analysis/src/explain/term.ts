/** What can be explained. */
export type ExplainedField = 'macs' | 'params' | 'activations';

/** One reason why two counts differ, and by how much. */
export interface Term {
  readonly label: string;
  readonly value: number;
}

/** Sums values under one label each, in the order in which the labels first come, without those that come to nothing. */
export class TermSum {
  readonly #sums = new Map<string, { value: number; readonly paths: string[] }>();

  add(label: string, value: number, path: string): void {
    if (value === 0) return;
    const sum = this.#sums.get(label);
    if (sum === undefined) this.#sums.set(label, { value, paths: [path] });
    else {
      sum.value += value;
      sum.paths.push(path);
    }
  }

  /** @param name what stands before a label: how many layers, which if they are few */
  terms(name: (label: string, paths: readonly string[]) => string): readonly Term[] {
    return [...this.#sums]
      .filter(([, { value }]) => value !== 0)
      .map(([label, { value, paths }]) => ({ label: name(label, paths), value }));
  }
}
