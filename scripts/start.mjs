#!/usr/bin/env node
// npm start: install and build what is missing, then become the app. Plain Node, nothing installed is needed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './workspace/build.mjs';
import { ensureInstalled } from './workspace/install.mjs';
import { root } from './workspace/layout.mjs';
import { exitWith } from './workspace/say.mjs';

const app = 'convzoo';
const entry = 'apps/node/dist/main.js';

try {
  await ensureInstalled();
  await ensureBuilt(app, entry);
  // npm runs scripts in the root; the paths in the arguments are meant from where the user stands.
  const from = process.env['INIT_CWD'];
  if (from !== undefined && existsSync(from)) process.chdir(from);
} catch (error) {
  exitWith(error);
}

// The app runs in this very process: its exit code, signals and terminal are ours, and no second start of Node is paid.
process.argv[1] = join(root, entry);
await import(pathToFileURL(process.argv[1]).href);
