#!/usr/bin/env node
// Installs the workspace if anything changed since the last time; `npm start` and `npm test` do the same by themselves.
import { ensureInstalled } from './workspace/install.mjs';
import { exitWith } from './workspace/say.mjs';

try {
  await ensureInstalled();
} catch (error) {
  exitWith(error);
}
