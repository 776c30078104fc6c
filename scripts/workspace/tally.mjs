import { duration } from './say.mjs';

/**
 * @typedef {object} Outcome what one step of `npm test` came to
 * @property {string} name
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {number} milliseconds
 * @property {string[]} [reasons] why something was skipped
 * @property {string[]} [failures] a line for each test that failed
 */

/**
 * The table at the end of `npm test`.
 *
 * @param {Outcome[]} outcomes
 * @returns {string[]} lines
 */
export function summary(outcomes) {
  const width = Math.max(...outcomes.map(({ name }) => name.length));
  const lines = outcomes.map((outcome) => {
    const result =
      outcome.passed + outcome.failed + outcome.skipped === 1
        ? (['passed', 'failed', 'skipped'].find((_, index) => counts(outcome)[index] === 1) ?? '')
        : totalsLine([outcome]);
    return `${outcome.name.padEnd(width)}  ${result} (${duration(outcome.milliseconds)})`;
  });
  const reasons = outcomes.flatMap(({ name, reasons = [] }) =>
    reasons.map((reason) => `skipped in ${name}: ${reason}`),
  );
  // Last, where whoever sees only the end of a log looks.
  const failures = outcomes.flatMap(({ name, failures = [] }) =>
    failures.map((failure) => `failed in ${name}: ${failure}`),
  );
  return [...lines, ...reasons, ...failures];
}

/**
 * The one plain line that ends a run: 'N passed, M failed, K skipped'.
 *
 * @param {Outcome[]} outcomes
 */
export function totalsLine(outcomes) {
  const [passed, failed, skipped] = [0, 1, 2].map((index) =>
    outcomes.reduce((sum, outcome) => sum + (counts(outcome)[index] ?? 0), 0),
  );
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** @param {Outcome} outcome */
function counts({ passed, failed, skipped }) {
  return [passed, failed, skipped];
}
