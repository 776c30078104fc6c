#!/usr/bin/env node
// A turbo task over every package, with the pinned pnpm and no telemetry: `node scripts/turbo.mjs build [turbo options]`.
import { ensureInstalled } from './workspace/install.mjs';
import { pnpm } from './workspace/run.mjs';
import { exitWith } from './workspace/say.mjs';

try {
  await ensureInstalled();
  const { code } = await pnpm(['exec', 'turbo', 'run', ...process.argv.slice(2)]);
  process.exitCode = code;
} catch (error) {
  exitWith(error);
}
