import { formatMilliseconds } from '../../app/format.js';
import { restartCompute, service } from '../../compute/compute.js';
import { buildStrings } from '../../strings/build.js';
import type { Detail } from './describe-graph.js';
import type { Draft } from './draft.js';
import type { BlockFault, BuildReport } from './report.js';
import { runScript } from './script/script.js';
import type { ScriptProblem } from './script/script-result.js';
import type { TextProblem } from './text/read-graph-text.js';

/** What became of a draft. */
export interface Outcome {
  readonly of: Draft;
  /** Undefined where a text has a mistake. */
  readonly report: BuildReport | undefined;
  readonly fault?: BlockFault | undefined;
  readonly problem?: ({ readonly of: 'script' } & ScriptProblem) | ({ readonly of: 'text' } & TextProblem);
  /** Of the script. */
  readonly milliseconds?: number;
}

/** Milliseconds after which counting and drawing is given up: someone may open any graph. */
const PATIENCE = 60_000;

/** @throws what the services throw */
export async function outcomeOf(draft: Draft, detail: Detail, signal: AbortSignal): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      const message = `Counting and drawing took more than ${PATIENCE / 1000} s, and was given up.`;
      resolve({ of: draft, report: undefined, problem: { of: 'text', kind: 'too-large', message, line: undefined } });
      if (!signal.aborted) restartCompute();
    }, PATIENCE);
  });
  try {
    const counted = count(draft, detail, signal);
    counted.catch(() => undefined);
    return await Promise.race([counted, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function count(draft: Draft, detail: Detail, signal: AbortSignal): Promise<Outcome> {
  const { composition, text } = draft;
  if (text === undefined) {
    const built = await service('build').blocks({ composition, detail }, { signal });
    if ('problem' in built) return { of: draft, report: undefined, problem: { of: 'text', ...built.problem } };
    return { of: draft, ...built };
  }
  if (text.language === 'json') {
    const read = await service('build').json({ text: text.value, detail }, { signal });
    if ('problem' in read) return { of: draft, report: undefined, problem: { of: 'text', ...read.problem } };
    return { of: draft, report: read.report };
  }
  const ran = await runScript(text.value, signal);
  if ('problem' in ran) return { of: draft, report: undefined, problem: { of: 'script', ...ran.problem } };
  const { graph, customs, milliseconds } = ran;
  const read = await service('build').script({ graph, customs, detail }, { signal });
  if ('problem' in read) return { of: draft, report: undefined, problem: { of: 'text', ...read.problem } };
  return { of: draft, report: read.report, milliseconds };
}

/** What went wrong, in the language of the page. */
export function problemTitle(problem: NonNullable<Outcome['problem']>): string {
  const t = buildStrings.text;
  return problem.of === 'script' ? t.scriptProblems[problem.kind] : t.textProblems[problem.kind];
}

export const ranText = (milliseconds: number): string => buildStrings.text.ran(formatMilliseconds(milliseconds));
