import { backendChecks } from '../doctor/backends.js';
import { cacheChecks } from '../doctor/cache.js';
import type { Check } from '../doctor/check.js';
import { choiceCheck } from '../doctor/choice.js';
import { memoryCheck, nodeCheck, processorCheck, simdCheck, threadsCheck } from '../doctor/machine.js';
import { printCheck, summaryOf } from '../doctor/report.js';
import { settingsCheck } from '../doctor/settings.js';
import { terminalCheck } from '../doctor/terminal.js';
import { describeFailure, EXIT } from '../errors.js';
import { printJson, terminalOf } from '../output/terminal.js';
import { command } from './options.js';

export function doctorCommand() {
  return command('doctor')
    .description('Look at Node, the processor, the backends, the cache: what is wrong here, and what to do')
    .addHelpText(
      'after',
      `
It runs a picture with a known answer through every backend. Nothing is
downloaded. Exit code 1 where something is broken, 0 with notes only.

Examples:
  $ convzoo doctor
  $ convzoo doctor --quiet         only notes and problems
  $ convzoo doctor --json > doctor.json`,
    )
    .action(async (options) => {
      const terminal = terminalOf(options);
      const checks: readonly Check[] = [
        nodeCheck(),
        processorCheck(),
        memoryCheck(),
        simdCheck(),
        threadsCheck(),
        ...(await backendChecks(terminal).catch(broken('Backends'))),
        settingsCheck(),
        await choiceCheck(),
        ...(await cacheChecks()),
        terminalCheck(terminal, options.color !== false),
      ];
      const ok = checks.every(({ status }) => status !== 'problem');
      if (options.json === true) printJson({ ok, checks });
      else {
        const shown = options.quiet === true ? checks.filter(({ status }) => status !== 'ok') : checks;
        const longest = Math.max(0, ...shown.map(({ name }) => name.length));
        for (const check of shown) printCheck(terminal, check, longest);
        terminal.note(`\n${summaryOf(checks)}`);
      }
      process.exitCode = ok ? EXIT.ok : EXIT.failure;
    });
}

/** A look that failed is itself a finding, and the others go on. */
const broken =
  (name: string) =>
  (error: unknown): readonly Check[] => [
    {
      name,
      status: 'problem',
      found: describeFailure(error).message.replace(/\.$/, ''),
      remedy: 'Mend what stands above; if nothing does, the installation is damaged: "npm install --force convzoo".',
    },
  ];
