#!/usr/bin/env node
// npm test: install, lint, types, build, checks of the house, every test. Arguments go to vitest:
// `npm test -- packages/layers`. It goes on after a failure, and ends with one line of totals.
import { ensureInstalled } from './workspace/install.mjs';
import { exitWith, say } from './workspace/say.mjs';
import { summary, totalsLine } from './workspace/tally.mjs';

try {
  await ensureInstalled();
  // Only now: the checks import tools that the install brings.
  const { everything } = await import('./workspace/steps.mjs');
  const outcomes = await everything(process.argv.slice(2));
  for (const line of summary(outcomes)) say(line);
  process.stdout.write(`${totalsLine(outcomes)}\n`);
  process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;
} catch (error) {
  exitWith(error);
}
