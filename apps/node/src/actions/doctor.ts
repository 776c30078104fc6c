import { backendChecks } from '../doctor/backends.js';
import { cacheChecks } from '../doctor/cache.js';
import type { Check } from '../doctor/check.js';
import { choiceCheck } from '../doctor/choice.js';
import { memoryCheck, nodeCheck, processorCheck, simdCheck, threadsCheck } from '../doctor/machine.js';
import { printCheck, summaryOf } from '../doctor/report.js';
import { settingsCheck } from '../doctor/settings.js';
import { terminalCheck } from '../doctor/terminal.js';
import { describeFailure, EXIT } from '../errors.js';
import { type OutputOptions, printJson, terminalOf } from '../output/terminal.js';

interface DoctorOptions extends OutputOptions {}

export async function examine(options: DoctorOptions): Promise<number> {
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
  return ok ? EXIT.ok : EXIT.failure;
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
