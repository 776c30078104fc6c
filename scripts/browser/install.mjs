#!/usr/bin/env node
// npm run browser:install: a Chromium for the browser tests, unless there is one: Debian's where apt-get may be used, else
// Playwright's. Bounded in time, and never asks anything.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { root } from '../workspace/layout.mjs';
import { say } from '../workspace/say.mjs';
import { findChromium } from './find.mjs';

const limit = 240_000;
/** Without a network apt-get would try for minutes. */
const patience = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20'];

/** @param {string} program @param {string[]} args */
function run(program, args) {
  say(`${program} ${args.join(' ')}`);
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: limit,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return error === undefined && status === 0;
}

function install() {
  const debian = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (debian) {
    const chromium = [...patience, 'install', '-y', '-q', 'chromium'];
    if (run('apt-get', chromium)) return true;
    // The image's package lists may be missing or old.
    if (run('apt-get', [...patience, 'update', '-q']) && run('apt-get', chromium)) return true;
  }
  return run(process.execPath, ['node_modules/playwright/cli.js', 'install', 'chromium']);
}

const before = await findChromium();
if (before !== undefined) {
  say(`there is a Chromium already: ${before}`);
} else if (!install() || (await findChromium()) === undefined) {
  say('no Chromium could be installed: install one yourself, or give its path in CONVZOO_CHROMIUM');
  process.exitCode = 1;
}
