import { consumerProblems } from './consumer.mjs';
import { knipProblems } from './knip.mjs';
import { publintProblems } from './publint.mjs';
import { publishedTypesProblems } from './published-types.mjs';
import { sizeProblems } from './size.mjs';

/**
 * A check of the house. It gives the problems it found, each a text that says what to do; or `skipped`, with the reason.
 *
 * @typedef {object} HouseCheck
 * @property {string} name
 * @property {string} title said while it runs
 * @property {() => Promise<string[] | { skipped: string }>} problems
 */

/** The checks that need built packages. Those that do not are ordinary tests, in test/house. @type {HouseCheck[]} */
export const houseChecks = [
  { name: 'knip', title: 'unused files, exports and dependencies (knip)', problems: knipProblems },
  { name: 'publint', title: 'packed packages (publint)', problems: publintProblems },
  { name: 'types', title: 'published types (are-the-types-wrong)', problems: publishedTypesProblems },
  { name: 'size', title: 'size of the smallest imports (size-limit)', problems: sizeProblems },
  { name: 'consumer', title: 'packed packages installed and used outside', problems: consumerProblems },
];
