#!/usr/bin/env node
// The first half of `npm run release`: everything is built anew and tested, so that no old file of dist is published.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './workspace/install.mjs';
import { root, workspacePackages } from './workspace/layout.mjs';
import { exitWith, Failure, say } from './workspace/say.mjs';
import { totalsLine } from './workspace/tally.mjs';

try {
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  if (changed !== '') throw new Failure('there are changes that are not committed', 'Commit them, then release.');
  await ensureInstalled();
  for (const { folder } of workspacePackages()) rmSync(join(root, folder, 'dist'), { recursive: true, force: true });
  const { everything } = await import('./workspace/steps.mjs');
  const outcomes = await everything();
  if (outcomes.some(({ failed }) => failed > 0)) throw new Failure(`not released: ${totalsLine(outcomes)}`);
  say(`ready to publish: ${totalsLine(outcomes)}`);
} catch (error) {
  exitWith(error);
}
