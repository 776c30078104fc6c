import type { TapResult } from './compare/tap.js';

/** Where a network and its record first part, in the order of the graph. */
export interface FirstDifference {
  /** A tap's name in the record, `logits`, or `parameters`, where nothing was run. */
  readonly at: string;
  /** Tap or path of the graph. */
  readonly node?: string;
  /** Over the spread of the record's values; infinite where there is no number to compare. */
  readonly error: number;
  /** What is wrong beside the size of the error, e.g. another shape. */
  readonly fault?: string;
  /** The last tap on the way there that agrees; absent where there is none. */
  readonly lastAgreed?: string;
}

/** What came of one record. */
export interface RecordResult {
  readonly case: string;
  readonly framework: string;
  readonly model: string;
  /** Name of the backend that ran it. */
  readonly backend: string;
  /** Whether parameters, logits and every tap agree. */
  readonly agrees: boolean;
  /** Largest error of the logits. */
  readonly error: number;
  readonly tolerance: number;
  /** In the order of the graph. */
  readonly taps: readonly TapResult[];
  /** Taps of the record that nothing here is known to be the same as: they are not compared. */
  readonly unmatched: readonly string[];
  readonly firstDifference?: FirstDifference;
  /** What may be the matter, one sentence each. */
  readonly hints: readonly string[];
}

/** The same as plain JSON: `null` where an error is infinite. */
export function resultToJson(result: RecordResult): Readonly<Record<string, unknown>> {
  const { case: name, framework, model, backend, agrees, error, tolerance, taps, unmatched, hints } = result;
  const { firstDifference } = result;
  return {
    case: name,
    framework,
    model,
    backend,
    agrees,
    error: finite(error),
    tolerance,
    taps: taps.map((tap) => ({
      name: tap.name,
      node: tap.node,
      shape: tap.shape,
      error: finite(tap.error),
      agrees: tap.agrees,
      ...(tap.fault !== undefined && { fault: tap.fault }),
    })),
    unmatched,
    firstDifference:
      firstDifference === undefined ? null : { ...firstDifference, error: finite(firstDifference.error) },
    hints,
  };
}

const finite = (error: number): number | null => (Number.isFinite(error) ? error : null);
