import { service } from '../../compute/compute.js';
import { type Composition, sameComposition } from './composition/composition.js';
import { guessComposition } from './composition/read-typescript.js';
import type { Detail } from './describe-graph.js';
import type { Draft, DraftText, Language } from './draft.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { BuildReport, ComposedReport } from './report.js';

/** Milliseconds of rest before a text is read: a network half typed is none. */
const REST: Readonly<Record<'blocks' | Language, number>> = { blocks: 20, typescript: 450, json: 350 };

/** What is known of the draft that is worked on: its report, or why there is none. */
export class Counting {
  /** Of the last draft that was counted, which may be an earlier one. */
  outcome: Outcome | undefined = $state.raw();
  /** The last that there was; a text with a mistake has none. */
  report: BuildReport | undefined = $state.raw();
  busy = $state(true);
  problem: unknown = $state.raw();
  /** Blocks that may be the network of a text. */
  beside: ({ readonly text: DraftText; readonly of: Composition } & ComposedReport) | undefined = $state.raw();
  #attempts = $state(0);

  /** Counts a draft when it has rested, in an effect that follows it; returns what gives it up. */
  follow(draft: Draft, detail: Detail): () => void {
    // Followed, so that `retry` counts again.
    void this.#attempts;
    const controller = new AbortController();
    this.busy = true;
    const timer = setTimeout(
      () => void this.#count(draft, detail, controller.signal),
      REST[draft.text?.language ?? 'blocks'],
    );
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }

  retry = (): void => {
    this.#attempts++;
  };

  async #count(draft: Draft, detail: Detail, signal: AbortSignal): Promise<void> {
    this.problem = undefined;
    try {
      const { composition, text } = draft;
      const counted = await outcomeOf(draft, detail, signal);
      if (text !== undefined) {
        const guess = text.language === 'typescript' ? guessComposition(text.value) : undefined;
        const of = guess === undefined || sameComposition(guess, composition) ? composition : guess;
        const blocks = await service('build').blocks({ composition: of, detail: 'blocks' }, { signal });
        if (signal.aborted) return;
        this.beside = 'problem' in blocks ? undefined : { text, of, ...blocks };
      }
      if (signal.aborted) return;
      this.outcome = counted;
      this.report = counted.report ?? this.report;
    } catch (error) {
      if (!signal.aborted) this.problem = error;
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }

  /** What became of a draft, once it is counted. */
  of(draft: Draft): Outcome | undefined {
    return this.outcome?.of === draft ? this.outcome : undefined;
  }

  /** The blocks whose network a text is, where there are any. */
  blocksOf(draft: Draft): ({ readonly of: Composition } & ComposedReport) | undefined {
    const report = this.of(draft)?.report;
    const { beside } = this;
    if (draft.text === undefined || report === undefined || beside === undefined) return undefined;
    if (beside.text !== draft.text || beside.fault !== undefined) return undefined;
    return canonical(beside.report.json) === canonical(report.json) ? beside : undefined;
  }
}

/** Lines and spaces aside, and whatever order the parts of a graph stand in. */
function canonical(text: string | undefined): string | undefined {
  try {
    const { name, nodes, output, taps } = JSON.parse(text ?? '') as Record<string, unknown>;
    return JSON.stringify([name, nodes, output, taps]);
  } catch {
    return undefined;
  }
}
