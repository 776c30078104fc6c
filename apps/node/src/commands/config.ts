import { cacheFolder } from '@convzoo/hub/node';
import { EXIT } from '../errors.js';
import { shorten } from '../output/printable.js';
import { type TableColumn, tableLines } from '../output/table.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import type { SettingsFile } from '../settings/files.js';
import { PROJECT_FILE } from '../settings/files.js';
import { currentSettings, type LoadedSettings, type SetValue } from '../settings/load.js';
import { type SettingKey, settingKeys, settings, settingsSchema, variableOf } from '../settings/settings.js';
import { command } from './options.js';

export function configCommand() {
  return command('config')
    .description('Show the settings that hold here, and where each is from')
    .option('--schema', 'write a JSON Schema of the file, for editors')
    .addHelpText(
      'after',
      `
What counts, the strongest first:
  1. flags of the command line (--no-json, --no-quiet, --no-pull, --color undo)
  2. the environment: CONVZOO_BACKEND, CONVZOO_THREADS ...; NO_COLOR
  3. the project's file, ${PROJECT_FILE}: in this folder or the nearest
     above it, up to the one with .git
  4. the user's file: CONVZOO_CONFIG, or convzoo/config.json in XDG_CONFIG_HOME
     or ~/.config
  5. defaults
Both files are JSON, such as { "backend": "engine", "threads": 2 }; a path in
one is meant from where it lies. Weights, preset and labels go with a model: a
network that is named more strongly leaves them out.

Settings:
${settingKeys.map((key) => `  ${key.padEnd(9)}${settings[key].about}`).join('\n')}

Exit code 2 where a setting is wrong.

Examples:
  $ convzoo config
  $ convzoo config --json
  $ CONVZOO_THREADS=1 convzoo config
  $ convzoo config --schema > convzoo.schema.json`,
    )
    .action((options) => {
      const terminal = terminalOf(options);
      if (options.schema === true) {
        printJson(settingsSchema());
        return;
      }
      const loaded = currentSettings();
      if (options.json === true) printJson(toJson(loaded));
      else print(loaded, terminal);
      if (loaded.problems.length > 0) process.exitCode = EXIT.usage;
    });
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
