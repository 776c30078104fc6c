import { presets } from '@convzoo/preprocessing/presets';
import { backendWords } from '../backend-names.js';
import { choice, type Kind, onOrOff, text, wholeNumber } from './kinds.js';

/** A project's configuration. */
export const PROJECT_FILE = 'convzoo.config.json';

export interface Setting {
  readonly about: string;
  readonly kind: Kind;
  /** What holds where nothing is set, in words. */
  readonly usually: string;
  /**
   * How a value in a configuration file is a path beside that file: always; where such a file is there or it begins with a
   * dot, since it may be a name instead; or where it is no address.
   */
  readonly path?: 'always' | 'where-there' | 'unless-address';
}

/** More than any machine has cores. */
const MAX_THREADS = 1024;
/** As `classify --workers` takes them. */
const MAX_WORKERS = 64;

/** Everything that can be set outside the command line: in a configuration file by its key, in a variable as CONVZOO_KEY. */
export const settings = {
  backend: {
    about: 'what runs networks',
    kind: choice(backendWords),
    usually: 'chosen by each command, with its reason',
  },
  threads: { about: 'threads of the engine', kind: wholeNumber(1, MAX_THREADS), usually: 'one for each processor' },
  workers: {
    about: 'threads that decode pictures',
    kind: wholeNumber(0, MAX_WORKERS),
    usually: '1 for 16 pictures or more',
  },
  model: {
    about: 'network of classify, cost, evaluate, explain, features',
    kind: text,
    usually: 'resnet20-cifar10',
    path: 'where-there',
  },
  weights: {
    about: 'weights of the model',
    kind: text,
    usually: 'embedded or published ones',
    path: 'where-there',
  },
  preset: {
    about: 'preprocessing of the weights',
    kind: choice(Object.keys(presets)),
    usually: "the network's",
  },
  labels: { about: 'file of class names', kind: text, usually: "CIFAR-10's, ImageNet's or numbers", path: 'always' },
  top: { about: 'classes that classify shows', kind: wholeNumber(1), usually: '3' },
  pull: { about: 'download published weights where none are given', kind: onOrOff, usually: 'no' },
  offline: { about: 'download nothing', kind: onOrOff, usually: 'no' },
  mirror: {
    about: 'base URL or folder that stands for every host',
    kind: text,
    usually: 'none',
    path: 'unless-address',
  },
  cache: { about: 'folder of downloaded weights', kind: text, usually: '~/.cache/convzoo', path: 'always' },
  packed: { about: 'keep large networks in the cache as the engine packs them', kind: onOrOff, usually: 'no' },
  json: { about: 'results as JSON', kind: onOrOff, usually: 'no' },
  quiet: { about: 'results only', kind: onOrOff, usually: 'no' },
  color: { about: 'colours', kind: onOrOff, usually: 'where the terminal has them' },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingKey = keyof typeof settings;

export const settingKeys = Object.keys(settings) as SettingKey[];

export const isSettingKey = (text: string): text is SettingKey => Object.hasOwn(settings, text);

export const variableOf = (key: SettingKey): string => `CONVZOO_${key.toUpperCase()}`;

/** A variable that others have made usual, and what it sets where it says something. */
export interface UsualVariable {
  readonly name: string;
  readonly means: boolean;
  readonly counts: (text: string) => boolean;
}

/** Ours come before them. */
export const usualVariables: Readonly<Partial<Record<SettingKey, UsualVariable>>> = {
  // As the Hugging Face hub reads it.
  offline: { name: 'HF_HUB_OFFLINE', means: true, counts: (given) => !/^(|0|false|no|off)$/i.test(given) },
  // Whatever it is, says no-color.org.
  color: { name: 'NO_COLOR', means: false, counts: (given) => given !== '' },
};

/** A JSON Schema of a configuration file, by which editors complete and check it. */
export function settingsSchema(): object {
  const properties = settingKeys.map((key) => {
    const { about, kind, usually } = settings[key];
    return [key, { ...kind.schema, description: `${about}; if not given: ${usually}` }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Settings of convzoo',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(properties) },
    additionalProperties: false,
  };
}
