import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './layout.mjs';

/** A stamp says for which inputs a step was done last. A damaged one counts as none. */

/**
 * @param {string} name
 * @returns {Record<string, string>}
 */
export function readStamp(name) {
  try {
    return JSON.parse(readFileSync(join(stateFolder, `${name}.json`), 'utf8'));
  } catch {
    return {};
  }
}

/**
 * @param {string} name
 * @param {Record<string, string>} content
 */
export function writeStamp(name, content) {
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, `${name}.json`);
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(content));
  renameSync(`${file}.${process.pid}`, file);
}

/** @param {string} name */
export function clearStamp(name) {
  rmSync(join(stateFolder, `${name}.json`), { force: true });
}
