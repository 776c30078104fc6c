import { formatMilliseconds } from '../../app/format.js';
import type { BackendInfo, Measurement } from '../../compute/backends/types.js';
import type { classifyStrings } from '../../strings/classify.js';
import { shell } from '../../strings/shell.js';

type Texts = typeof classifyStrings.text;

/** `engine, 2 threads`, or the name alone. */
export const nameOf = ({ backend, threads }: Pick<Measurement, 'backend' | 'threads'>): string =>
  backend === 'engine' ? `${backend}, ${shell.text.threads(threads)}` : backend;

/** Why a backend was taken, in a sentence. */
export function reasonText({ reason: texts }: Texts, { reason, backend, threads }: BackendInfo): string {
  switch (reason.kind) {
    case 'asked':
      return texts.asked;
    case 'large':
      return texts.large;
    case 'instead':
      return `${texts.instead(reason.of)} ${reason.problem}`;
    case 'fastest': {
      const others = reason.measured.filter((each) => each.backend !== backend || each.threads !== threads);
      const timed = others.flatMap((each) =>
        each.milliseconds === undefined ? [] : [`${nameOf(each)}: ${formatMilliseconds(each.milliseconds)}`],
      );
      return timed.length === 0 ? texts.only : texts.fastest(timed.join(', '));
    }
  }
}
