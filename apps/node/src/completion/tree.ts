import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { presets } from '@convzoo/preprocessing/presets';
import { modelNames } from '@convzoo/zoo';
import { pretrainedWeights } from '@convzoo/zoo/pretrained';
import { backendWords } from '../backend-names.js';
import { shells } from '../choices.js';

/** What a place of the command line can hold. `models` and `weights` are names or files. */
export type Kind = 'files' | 'nothing' | 'models' | 'weights' | 'backends' | 'presets' | 'dialects' | 'shells';

/** The kinds that are words from a list. */
export type ListKind = Exclude<Kind, 'files' | 'nothing'>;

export const LISTS: readonly ListKind[] = ['models', 'weights', 'backends', 'presets', 'dialects', 'shells'];

/** Whether files belong there too. */
export const takesFiles = (kind: Kind): boolean => kind === 'files' || kind === 'models' || kind === 'weights';

export function wordsOf(kind: ListKind): readonly string[] {
  switch (kind) {
    case 'models':
      return modelNames;
    case 'weights':
      return pretrainedWeights().map(({ name }) => name);
    case 'backends':
      return backendWords;
    case 'presets':
      return Object.keys(presets);
    case 'dialects':
      return ['torchvision', 'timm', 'keras'];
    case 'shells':
      return shells;
  }
}

export interface CompletedOption {
  /** `--model`, `-m`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Of its value; undefined where it takes none. */
  readonly value?: Kind;
}

/** One command with what may follow it. */
export interface CompletedCommand {
  /** The words that lead to it, without the program's name: `weights pull`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument: Kind;
}

/** Every command of a program, the program first, out of the parser's own tree: a new option is completed at once. */
export function completedCommands(root: CommandUnknownOpts): readonly CompletedCommand[] {
  const all = under(root, '');
  const [program, ...others] = all;
  // Without a command, `convzoo cat.jpg --top 5` is the first one's.
  const usual = others.find(({ path }) => path === 'classify');
  if (program === undefined || usual === undefined) return all;
  return [{ ...program, options: [...usual.options, ...program.options], argument: usual.argument }, ...others];
}

function under(command: CommandUnknownOpts, path: string): readonly CompletedCommand[] {
  const own: CompletedCommand = {
    path,
    commands: command.commands.map((sub) => ({ name: sub.name(), description: sub.description() })),
    options: [
      ...command.options
        .filter(({ hidden }) => !hidden)
        .map(({ short, long, description, flags }) => ({
          flags: [long, short].filter((flag) => flag !== undefined),
          description,
          ...(/[<[]/.test(flags) && { value: kindOf(long ?? '', flags) }),
        })),
      { flags: ['--help', '-h'], description: 'display help for command' },
    ],
    argument: kindOf(command.registeredArguments[0]?.name() ?? '', ''),
  };
  const nested = command.commands.flatMap((sub) => under(sub, path === '' ? sub.name() : `${path} ${sub.name()}`));
  return [own, ...nested];
}

const KINDS: Readonly<Record<string, Kind>> = {
  model: 'models',
  models: 'models',
  weights: 'weights',
  backend: 'backends',
  backends: 'backends',
  preset: 'presets',
  dialect: 'dialects',
  shell: 'shells',
  pictures: 'files',
  data: 'files',
  in: 'files',
  out: 'files',
  file: 'files',
};

/** By the name of an option or argument, else by what its flags call the value. */
function kindOf(name: string, flags: string): Kind {
  return KINDS[name.replace(/^--/, '')] ?? (/<(file|folder)>/.test(flags) ? 'files' : 'nothing');
}
