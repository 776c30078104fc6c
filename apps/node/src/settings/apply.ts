import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { AUTO, takesThreads, trainerNames } from '../backend-names.js';
import { UsageError } from '../errors.js';
import { noteApplied } from './applied.js';
import { currentSettings, type LoadedSettings, type SetValue } from './load.js';
import { type SettingKey, variableOf } from './settings.js';

/** Commands that tell about broken settings, and so must run with them. */
const DIAGNOSING: ReadonlySet<string> = new Set(['config', 'doctor', 'completion']);

/** What the network's own files are: they go with a model, so one that is named more strongly leaves them out. */
const GOES_WITH: Readonly<Partial<Record<SettingKey, readonly SettingKey[]>>> = {
  weights: ['model'],
  preset: ['model', 'weights'],
  labels: ['model', 'weights'],
};

/** Flags that ask for another form of output than --json. */
const OTHER_FORMS = ['jsonl', 'output', 'csv', 'markdown', 'svg', 'mermaid', 'dot', 'format', 'script'] as const;

/** Settings that a command of that name does not take, although it has such an option. */
const NOT_FOR: Readonly<Record<string, readonly SettingKey[]>> = {
  // The network of a file is found by its names.
  convert: ['model'],
  // It measures at several counts.
  bench: ['threads'],
  // Its output is read by a shell.
  completion: ['json'],
};

/** How a command writes is no cause of an error. */
const OF_OUTPUT: readonly SettingKey[] = ['json', 'quiet', 'color'];

/**
 * Gives a command that is about to run its settings.
 *
 * @throws UsageError `bad-setting` with everything that is wrong
 */
export function applySettings(command: CommandUnknownOpts, loaded: LoadedSettings = currentSettings()): void {
  const { values, problems } = loaded;
  if (problems.length > 0 && !DIAGNOSING.has(command.name())) {
    throw new UsageError('bad-setting', `${problems.join('\n')}\n"convzoo config" shows all settings.`);
  }
  exportToHub(values);
  for (const [key, set] of values) {
    if (NOT_FOR[command.name()]?.includes(key) === true || !counts(key, set, command, values)) continue;
    const option = command.options.find((each) => each.attributeName() === key);
    if (option !== undefined && !isOnCommandLine(command, key)) {
      if (!OF_OUTPUT.includes(key)) noteApplied(`${key} (${set.where})`);
      command.setOptionValueWithSource(key, set.value, set.source === 'environment' ? 'env' : 'config');
    }
    if (key === 'model' && takesModelFromSettings(command)) {
      noteApplied(`${key} (${set.where})`);
      command.processedArgs[0] = set.value;
    }
  }
}

/** `cost` and `engine plan` take their network as an argument, and have one if none is given; so has `train`, but its own. */
function takesModelFromSettings(command: CommandUnknownOpts): boolean {
  const [argument] = command.registeredArguments;
  const isLeftOut = argument?.name() === 'model' && argument.defaultValue !== undefined && command.args.length === 0;
  return isLeftOut && command.name() !== 'train';
}

const isOnCommandLine = (command: CommandUnknownOpts, key: string): boolean =>
  command.getOptionValueSource(key) === 'cli';

/** Cache, mirror and offline are read by the hub, which knows variables and no files; packed where the engine is started. */
function exportToHub(values: LoadedSettings['values']): void {
  // Ours has been weighed against it.
  if (values.has('offline')) delete process.env['HF_HUB_OFFLINE'];
  for (const key of ['cache', 'mirror', 'offline', 'packed'] as const) {
    const value = values.get(key)?.value;
    if (value !== undefined) process.env[variableOf(key)] = value === false ? '0' : String(value);
  }
}

/** Strengths: flags 0, the environment 1, the project's file 2, the user's 3, defaults 4. */
const STRENGTH = { environment: 1, project: 2, user: 3 } as const;

function strengthOf(key: SettingKey, command: CommandUnknownOpts, values: LoadedSettings['values']): number {
  const isArgument = key === 'model' && command.registeredArguments[0]?.name() === key && command.args.length > 0;
  if (isArgument || isOnCommandLine(command, key)) return 0;
  const set = values.get(key);
  return set === undefined ? 4 : STRENGTH[set.source];
}

/** Whether a setting has a say beside what the command line and stronger settings say. */
function counts(
  key: SettingKey,
  { value, source }: SetValue,
  command: CommandUnknownOpts,
  values: LoadedSettings['values'],
): boolean {
  const goesWith = GOES_WITH[key];
  if (goesWith?.some((other) => strengthOf(other, command, values) < STRENGTH[source]) === true) return false;
  switch (key) {
    case 'json':
      return !OTHER_FORMS.some((form) => isOnCommandLine(command, form));
    case 'backend':
      // Not every backend trains.
      return command.name() !== 'train' || trainerNames.some((name) => name === value);
    case 'threads': {
      const backend: unknown =
        command.getOptionValueSource('backend') === 'cli'
          ? command.getOptionValue('backend')
          : values.get('backend')?.value;
      // The others have threads of their own, and are refused together with a count.
      return backend === undefined || backend === AUTO || (typeof backend === 'string' && takesThreads(backend));
    }
    default:
      return true;
  }
}
