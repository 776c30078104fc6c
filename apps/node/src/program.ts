import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { COMMANDS } from './commands/names.js';
import { installSettings } from './settings/install.js';
import { version } from './version.js';

type CommandName = Exclude<(typeof COMMANDS)[number], 'help'>;

/** In the order of the help. A function each: only what is called is loaded, for all of them take a quarter of a second. */
const commands = {
  classify: async () => (await import('./commands/classify.js')).classifyCommand(),
  config: async () => (await import('./commands/config.js')).configCommand(),
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand(),
  evaluate: async () => (await import('./commands/evaluate.js')).evaluateCommand(),
  explain: async () => (await import('./commands/explain.js')).explainCommand(),
  features: async () => (await import('./commands/features.js')).featuresCommand(),
  completion: async () => (await import('./commands/completion.js')).completionCommand(),
  convert: async () => (await import('./commands/convert.js')).convertCommand(),
  cost: async () => (await import('./commands/cost/index.js')).costCommand(),
  claims: async () => (await import('./commands/claims.js')).claimsCommand(),
  compare: async () => (await import('./commands/compare.js')).compareCommand(),
  bench: async () => (await import('./commands/bench.js')).benchCommand(),
  engine: async () => (await import('./commands/engine.js')).engineCommand(),
  graph: async () => (await import('./commands/graph.js')).graphCommand(),
  new: async () => (await import('./commands/new.js')).newCommand(),
  preprocess: async () => (await import('./commands/preprocess.js')).preprocessCommand(),
  train: async () => (await import('./commands/train.js')).trainCommand(),
  verify: async () => (await import('./commands/verify.js')).verifyCommand(),
  weights: async () => (await import('./commands/weights/index.js')).weightsCommand(),
} satisfies Record<CommandName, () => Promise<CommandUnknownOpts>>;

const isCommand = (word: string | undefined): word is CommandName =>
  word !== undefined && Object.hasOwn(commands, word);

/** Words before which every command has to be known: they show all, or lead to any. */
const ABOUT_ALL: ReadonlySet<string | undefined> = new Set(['help', '--help', '-h', 'completion']);

/** Words that the program answers by itself, before it looks for a command. */
const OF_NONE: ReadonlySet<string | undefined> = new Set(['--version', '-V']);

function namesFor(first: string | undefined): readonly CommandName[] {
  if (OF_NONE.has(first)) return [];
  if (ABOUT_ALL.has(first)) return Object.keys(commands).filter(isCommand);
  return [isCommand(first) ? first : 'classify'];
}

/**
 * The command line as far as words need it that begin with `first`: the command of that name, all where the word is about all,
 * none where it asks for the version. Without a command it classifies, by default the sample pictures.
 */
export async function program(first: string | undefined) {
  const names = namesFor(first);
  const root = new Command('convzoo')
    .description('Classic convolutional networks: classify, count, train, evaluate')
    .version(version())
    // Options after a command are that command's: `cost explain --json` has a --json of its own.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Settings: flags, then CONVZOO_* variables, then convzoo.config.json, then the
user's file, then defaults; "convzoo config" shows them.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated.

Examples:
  $ convzoo
  $ convzoo classify cat.jpg photos/ --top 5
  $ convzoo cost resnet50 --per-stage
  $ convzoo classify --help`,
    );
  for (const command of await Promise.all(names.map((name) => commands[name]())))
    root.addCommand(command, { isDefault: command.name() === 'classify' });
  // Errors come back as exceptions, so that main decides the exit code; subcommands were made before and need it too.
  withExceptions(root);
  installSettings(root);
  return root;
}

function withExceptions(command: CommandUnknownOpts): void {
  command.exitOverride();
  for (const sub of command.commands) withExceptions(sub);
}
