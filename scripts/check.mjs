#!/usr/bin/env node
// npm run check: the checks of the house alone, all or those named: `npm run check -- knip size`.
import { ensureInstalled } from './workspace/install.mjs';
import { exitWith, say } from './workspace/say.mjs';
import { summary, totalsLine } from './workspace/tally.mjs';

try {
  await ensureInstalled();
  const { build, house } = await import('./workspace/steps.mjs');
  const outcomes = [await build(), ...(await house(process.argv.slice(2)))];
  for (const line of summary(outcomes)) say(line);
  process.stdout.write(`${totalsLine(outcomes)}\n`);
  process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;
} catch (error) {
  exitWith(error);
}
