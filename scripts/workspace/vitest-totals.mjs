import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** @typedef {import('vitest/node').Reporter} Reporter */

/**
 * A vitest reporter: writes the totals, the failures and the reasons of skips to the file that CONVZOO_TOTALS names.
 * (vitest's own JSON leaves out the reasons, and unhandled errors.)
 *
 * @typedef {object} VitestTotals
 * @property {number} passed
 * @property {number} failed tests, files that could not be loaded, and errors outside any test
 * @property {number} skipped
 * @property {Record<string, number>} reasons tests skipped for each reason
 * @property {string[]} failures 'FILE > NAME: first line of the message' for each test that failed, and 'FILE: ...' for what
 *   failed outside of tests
 *
 * @implements {Reporter}
 */
export default class TotalsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message?: string }[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {VitestTotals} */
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0, reasons: {}, failures: [] };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') totals.passed += 1;
        else if (result.state === 'failed') {
          failedTests += 1;
          totals.failures.push(`${module.relativeModuleId} > ${test.fullName}: ${firstLine(result.errors[0])}`);
        } else {
          totals.skipped += 1;
          const note = result.state === 'skipped' ? result.note : undefined;
          const reason = note ?? `no reason given in ${module.relativeModuleId}`;
          totals.reasons[reason] = (totals.reasons[reason] ?? 0) + 1;
        }
      }
      // A file that fails outside its tests (a bad import, a hook) has failed, whatever its tests did.
      totals.failed += module.state() === 'failed' ? Math.max(1, failedTests) : failedTests;
      for (const { name, errors } of [
        { name: module.relativeModuleId, errors: module.errors() },
        ...[...module.children.allSuites()].map((suite) => ({
          name: `${module.relativeModuleId} > ${suite.fullName}`,
          errors: suite.errors(),
        })),
      ]) {
        totals.failures.push(...errors.map((error) => `${name}: ${firstLine(error)}`));
      }
    }
    totals.failures.push(...unhandledErrors.map((error) => `outside of tests: ${firstLine(error)}`));
    const file = process.env['CONVZOO_TOTALS'];
    if (file) writeFileSync(file, JSON.stringify(totals));
  }
}

/** @param {{ message?: string } | undefined} error */
function firstLine(error) {
  return (
    stripVTControlCharacters(error?.message ?? 'no message')
      .trim()
      .split('\n', 1)[0] ?? ''
  );
}
