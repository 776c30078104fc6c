import { readFileSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { SettingValue } from './kinds.js';
import { nearest } from './nearest.js';
import { isSettingKey, PROJECT_FILE, type Setting, type SettingKey, settingKeys, settings } from './settings.js';

/** A configuration file: what it sets, and what is wrong with it. */
export interface SettingsFile {
  readonly path: string;
  readonly exists: boolean;
  readonly values: ReadonlyMap<SettingKey, SettingValue>;
  /** A sentence each, which names the file, the key and what is allowed. */
  readonly problems: readonly string[];
}

/** A file of settings is a few lines; a larger one is another file. */
const MAX_BYTES = 2 ** 20;

/** The user's own file: CONVZOO_CONFIG, or `convzoo/config.json` in XDG_CONFIG_HOME or `~/.config`. */
export function userFilePath(environment: NodeJS.ProcessEnv): string {
  const own = environment['CONVZOO_CONFIG'];
  if (own !== undefined && own !== '') return resolve(own);
  const xdg = environment['XDG_CONFIG_HOME'];
  // A relative one counts as unset, as the XDG specification wants it.
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.config');
  return join(base, 'convzoo', 'config.json');
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/**
 * The project's file: in this folder or the nearest above it, up to the one with `.git`. Above this folder only a file of the
 * folder's own owner (or root's) counts: a stranger's in /tmp must not choose what is run in a folder beneath it.
 */
export function projectFilePath(from: string): string | undefined {
  const owner = statOf(from)?.uid;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const path = join(folder, PROJECT_FILE);
    const found = statOf(path);
    const trusted = folder === resolve(from) || found?.uid === owner || found?.uid === 0;
    if (found !== undefined && trusted) return path;
    if (statOf(join(folder, '.git')) !== undefined || dirname(folder) === folder) return undefined;
  }
}

/** Reads a file and checks every key of it; a file that is not there sets nothing. */
export function readSettingsFile(path: string, isNamed = false): SettingsFile {
  const nothing = (exists: boolean, ...problems: readonly string[]): SettingsFile => ({
    path,
    exists,
    values: new Map(),
    problems: problems.map((problem) => `${path}: ${problem}`),
  });
  let content: string;
  try {
    const info = statOf(path);
    if (info === undefined)
      return isNamed ? nothing(false, 'CONVZOO_CONFIG names it, but it is not there.') : nothing(false);
    if (info.size > MAX_BYTES)
      return nothing(true, `it has ${info.size} bytes; a file of settings has at most ${MAX_BYTES}.`);
    content = readFileSync(path, 'utf8');
  } catch (error) {
    return nothing(true, `it cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  let parsed: unknown;
  try {
    // Some editors begin a file with a byte order mark.
    parsed = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    return nothing(true, `it is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return nothing(true, 'it must be an object such as { "backend": "engine", "threads": 2 }.');
  }
  return checked(path, parsed);
}

function checked(path: string, object: object): SettingsFile {
  const values = new Map<SettingKey, SettingValue>();
  const problems: string[] = [];
  for (const [key, given] of Object.entries(object)) {
    if (key === '$schema') continue;
    if (!isSettingKey(key)) {
      problems.push(
        `${path}: there is no setting "${key}".${nearest(key, settingKeys)} Settings are ${settingKeys.join(', ')}.`,
      );
      continue;
    }
    const value = settings[key].kind.read(given);
    if (value === undefined) {
      problems.push(`${path}: "${key}" must be ${settings[key].kind.allowed}; got ${shown(given)}.`);
    } else values.set(key, typeof value === 'string' ? placed(key, value, dirname(path)) : value);
  }
  return { path, exists: true, values, problems };
}

/** Letters of a wrong value that are repeated to the user. */
const SHOWN = 60;

function shown(given: unknown): string {
  const json = JSON.stringify(given) ?? String(given);
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}...` : json;
}

/** A path in a file is meant from that file; `~/` is the home folder. */
function placed(key: SettingKey, value: string, folder: string): string {
  const setting: Setting = settings[key];
  if (setting.path === undefined) return value;
  if (value.startsWith('~/')) return join(homedir(), value.slice(2));
  if (setting.path === 'unless-address' && /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value;
  const beside = resolve(folder, value);
  return setting.path !== 'where-there' || value.startsWith('.') || statOf(beside)?.isFile() === true ? beside : value;
}
