#!/usr/bin/env node
// npm start: install and build what is missing, then become the app. Plain Node, nothing installed is needed.
// `npm start -- demo` becomes the server of the page instead (apps/browser).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './workspace/build.mjs';
import { ensureInstalled } from './workspace/install.mjs';
import { root } from './workspace/layout.mjs';
import { exitWith } from './workspace/say.mjs';

const commandLine = { name: 'convzoo', built: 'apps/node/dist/main.js', entry: 'apps/node/dist/main.js' };
const page = { name: 'convzoo-browser', built: 'apps/browser/dist/index.html', entry: 'apps/browser/serve/main.mjs' };

const isDemo = process.argv[2] === 'demo';
const { name, built, entry } = isDemo ? page : commandLine;

try {
  await ensureInstalled();
  await ensureBuilt(name, built);
  // npm runs scripts in the root; the paths in the arguments are meant from where the user stands.
  const from = process.env['INIT_CWD'];
  if (from !== undefined && existsSync(from)) process.chdir(from);
} catch (error) {
  exitWith(error);
}

// The app runs in this very process: its exit code, signals and terminal are ours, and no second start of Node is paid.
process.argv[1] = join(root, entry);
if (isDemo) process.argv.splice(2, 1);
await import(pathToFileURL(process.argv[1]).href);
