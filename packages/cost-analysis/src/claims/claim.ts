/** One number of a claim, by counting a graph. */
export interface ClaimNumber {
  readonly label: string;
  readonly value: number;
  readonly unit: 'parameters' | 'MACs' | 'pixels' | 'share' | 'ratio' | 'operations' | 'elements';
  /** What the formula of the derivation gives, where it has one. */
  readonly formula?: number;
  /** What the source prints, and how far that may be from the count for having been rounded. */
  readonly published?: { readonly value: number; readonly within: number };
}

/** What a paper argues with, as arithmetic that can be done again. */
export interface Claim {
  readonly name: string;
  /** The claim in one sentence. */
  readonly claim: string;
  /** Why it holds, step by step. */
  readonly derivation: readonly string[];
  readonly numbers: readonly ClaimNumber[];
  /** Paper and section in which it was read. */
  readonly source: string;
}

/** Numbers of a claim that are not what its formula or its source says. */
export function contradictions({ numbers }: Claim): readonly ClaimNumber[] {
  return numbers.filter(({ value, formula = value, published }) => {
    // Ratios are quotients of whole numbers, so two ways to them may differ in the last digit.
    const same = Math.abs(value - formula) <= 1e-12 * Math.abs(formula);
    return !same || (published !== undefined && Math.abs(value - published.value) > published.within);
  });
}
