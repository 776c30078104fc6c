import { projectFilePath, readSettingsFile, type SettingsFile, userFilePath } from './files.js';
import type { SettingValue } from './kinds.js';
import { nearest } from './nearest.js';
import { type SettingKey, settingKeys, settings, usualVariables, variableOf } from './settings.js';

/** Where a value can be from, the strongest first; flags of the command line come before all of them. */
export const SOURCES = ['environment', 'project', 'user'] as const;
export type Source = (typeof SOURCES)[number];

/** A value that was set, and where: the name of a variable, or the path of a file. */
export interface SetValue {
  readonly value: SettingValue;
  readonly source: Source;
  readonly where: string;
}

export interface LoadedSettings {
  readonly values: ReadonlyMap<SettingKey, SetValue>;
  /** The user's file, and the project's where there is one. */
  readonly files: { readonly project: SettingsFile | undefined; readonly user: SettingsFile };
  /** What is wrong, a sentence each; what is right still counts. */
  readonly problems: readonly string[];
  /** Variables that look like settings and are none. */
  readonly warnings: readonly string[];
}

/** Variables of this program, its native build and its tests that are no settings. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(
  ['CONFIG', 'NATIVE_DIR', 'NODE_HEADERS', 'TENSORFLOW_WHEEL', 'FULL', 'TOTALS', 'CHROMIUM', 'PYTHON'].map(
    (name) => `CONVZOO_${name}`,
  ),
);

let current: LoadedSettings | undefined;

/** Those of this process, read once: the hub's are put into the environment, where a second look would find them. */
export function currentSettings(): LoadedSettings {
  current ??= loadSettings();
  return current;
}

/** Reads the environment and both files: of each setting the strongest source counts. */
export function loadSettings(environment: NodeJS.ProcessEnv = process.env, folder = process.cwd()): LoadedSettings {
  const named = (environment['CONVZOO_CONFIG'] ?? '') !== '';
  const user = readSettingsFile(userFilePath(environment), named);
  const projectPath = projectFilePath(folder);
  const project = projectPath === undefined ? undefined : readSettingsFile(projectPath);
  const variables = fromEnvironment(environment);
  const values = new Map<SettingKey, SetValue>();
  const take = (source: Source, where: string, found: ReadonlyMap<SettingKey, SettingValue>): void => {
    for (const [key, value] of found) values.set(key, { value, source, where });
  };
  take('user', user.path, user.values);
  if (project !== undefined) take('project', project.path, project.values);
  for (const [key, { value, where }] of variables.values) values.set(key, { value, source: 'environment', where });
  return {
    values,
    files: { project, user },
    problems: [...variables.problems, ...(project?.problems ?? []), ...user.problems],
    warnings: strangers(environment),
  };
}

function fromEnvironment(environment: NodeJS.ProcessEnv) {
  const values = new Map<SettingKey, { readonly value: SettingValue; readonly where: string }>();
  const problems: string[] = [];
  for (const key of settingKeys) {
    const usual = usualVariables[key];
    if (usual?.counts(environment[usual.name] ?? '') === true) {
      values.set(key, { value: usual.means, where: usual.name });
    }
    const where = variableOf(key);
    const given = environment[where];
    if (given === undefined || given === '') continue;
    const value = settings[key].kind.parse(given);
    if (value === undefined) problems.push(`${where} must be ${settings[key].kind.allowed}; got "${given}".`);
    else values.set(key, { value, where });
  }
  return { values, problems };
}

function strangers(environment: NodeJS.ProcessEnv): readonly string[] {
  const known = new Set(settingKeys.map(variableOf));
  return Object.keys(environment)
    .filter((name) => name.startsWith('CONVZOO_') && !known.has(name) && !OTHER_VARIABLES.has(name))
    .map((name) => `${name} is no setting.${nearest(name.slice('CONVZOO_'.length), settingKeys)}`);
}
