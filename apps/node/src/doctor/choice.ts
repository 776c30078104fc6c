import { allTrials } from '../choice/store.js';
import { nameOfRow, type Trial } from '../choice/trial.js';
import type { Check } from './check.js';

/** Networks that are shown; `--json` has all. */
const SHOWN = 5;

/** Which backend was the fastest for which network, as measured on this machine. */
export async function choiceCheck(): Promise<Check> {
  const name = 'Choice of backend';
  const trials = await allTrials();
  const facts = { trials };
  if (trials.length === 0) {
    const found = 'nothing measured yet: the engine for short work; the first long work with a network measures';
    return { name, status: 'ok', found, facts };
  }
  const more = trials.length > SHOWN ? `; and ${trials.length - SHOWN} more` : '';
  return { name, status: 'ok', found: `${trials.slice(0, SHOWN).map(textOf).join('; ')}${more}`, facts };
}

function textOf({ model, batch, date, rows }: Trial): string {
  const [best, ...others] = rows
    .toSorted((a, b) => a.run - b.run)
    .map((row) => `${nameOfRow(row)} ${(row.run / batch).toPrecision(2)} ms`);
  const rest = others.length > 0 ? ` (${others.join(', ')})` : '';
  return `${model} by ${best}${rest}, measured on ${new Date(date).toISOString().slice(0, 10)}`;
}
