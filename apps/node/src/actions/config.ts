import { cacheFolder } from '@convzoo/hub/node';
import { EXIT } from '../errors.js';
import { shorten } from '../output/printable.js';
import { type TableColumn, tableLines } from '../output/table.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import type { SettingsFile } from '../settings/files.js';
import { currentSettings, type LoadedSettings, type SetValue } from '../settings/load.js';
import { type SettingKey, settingKeys, settings, settingsSchema, variableOf } from '../settings/settings.js';

interface ConfigOptions extends OutputOptions {
  readonly schema?: boolean | undefined;
}

export function showSettings(options: ConfigOptions): number {
  const terminal = terminalOf(options);
  if (options.schema === true) {
    printJson(settingsSchema());
    return EXIT.ok;
  }
  const loaded = currentSettings();
  if (options.json === true) printJson(toJson(loaded));
  else print(loaded, terminal);
  return loaded.problems.length > 0 ? EXIT.usage : EXIT.ok;
}

interface Row {
  readonly key: SettingKey;
  readonly set: SetValue | undefined;
}

const rowsOf = ({ values }: LoadedSettings): readonly Row[] =>
  settingKeys.map((key) => ({ key, set: values.get(key) }));

function toJson(loaded: LoadedSettings): object {
  const { files, problems, warnings } = loaded;
  const describe = ({ path, exists }: SettingsFile) => ({ path, exists });
  return {
    settings: rowsOf(loaded).map(({ key, set }) => ({
      key,
      value: set?.value ?? null,
      from: set?.source ?? 'default',
      where: set?.where ?? null,
      variable: variableOf(key),
      default: defaultOf(key),
    })),
    files: { project: files.project === undefined ? null : describe(files.project), user: describe(files.user) },
    problems,
    warnings,
  };
}

/** The cache's is where the hub puts it here. */
const defaultOf = (key: SettingKey): string => (key === 'cache' ? cacheFolder() : settings[key].usually);

const inWords = (value: SetValue['value']): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

/** Columns for values, which can be paths. */
const VALUE = 40;
const SHORTEST = 10;
/** Of the names of settings and the gaps of the table. */
const NAMES = 12;

function print(loaded: LoadedSettings, terminal: Terminal): void {
  const { files, problems, warnings } = loaded;
  const from = Math.max(...rowsOf(loaded).map(({ set }) => fromText(set).length));
  const room = Math.max(SHORTEST, Math.min(VALUE, terminal.width - NAMES - from));
  const columns: readonly TableColumn<Row>[] = [
    { title: 'setting', text: ({ key }) => key },
    {
      title: 'value',
      align: 'left',
      rank: 2,
      text: ({ key, set }) => shorten(set === undefined ? defaultOf(key) : inWords(set.value), room),
    },
    { title: 'from', align: 'left', rank: 1, text: ({ set }) => fromText(set) },
  ];
  for (const line of tableLines(rowsOf(loaded), columns, terminal.width)) terminal.print(line);
  terminal.note('');
  const fileLine = (what: string, file: SettingsFile | undefined): void => {
    const found = file === undefined ? 'none' : file.exists ? file.path : `${file.path} (not there)`;
    for (const line of wrapText(`${what}: ${found}`, terminal.width, '  ')) terminal.note(line);
  };
  fileLine("The project's file", files.project);
  fileLine("The user's file", files.user);
  for (const problem of [...problems, ...warnings])
    for (const line of wrapText(problem, terminal.width, '  ')) terminal.print(terminal.colors.red(line));
}

/** The variable, or whose file: their paths stand below. */
function fromText(set: SetValue | undefined): string {
  if (set === undefined) return 'default';
  return set.source === 'environment' ? set.where : `the ${set.source}'s file`;
}
