import { ConvzooError, type Graph } from '@convzoo/layers';
import { type Alias, aliases } from './aliases.js';
import type { BuildOptions, ModelEntry, PresetName } from './entry.js';
import { nearestNames } from './nearest.js';
import { badOption, type Dialect } from './options.js';
import { isModelName, type ModelName, modelNames, models } from './registry.js';
import { parseModelSpec } from './spec.js';

export interface ResolvedModel {
  readonly name: ModelName;
  readonly entry: ModelEntry;
  readonly dialect: Dialect;
  /** The preprocessing that weights of this dialect expect. */
  readonly preset: PresetName;
  /** For `entry.build`. */
  readonly options: BuildOptions;
}

const DIALECTS: readonly Dialect[] = ['torchvision', 'timm', 'keras'];

/**
 * What a name means: one of this zoo, timm's or Keras's, with a framework before it (`keras/resnet50`) or width and
 * resolution after it (`mobilenet_v2@0.5,160`). Options that are given win over what the name says.
 *
 * @throws ConvzooError `unknown-model` with the nearest names, `bad-option` where the entry does not have that dialect or
 *   width
 */
export function resolveModel(spec: string, options: BuildOptions = {}): ResolvedModel {
  const { name, ...size } = parseModelSpec(spec);
  const alias = lookUp(name);
  const entry: ModelEntry = models[alias.name];
  const dialect = options.dialect ?? alias.dialect ?? entry.dialects[0];
  const width = options.width ?? size.width ?? alias.width;
  const preset = entry.presets[dialect];
  if (preset === undefined || !entry.dialects.includes(dialect)) {
    throw badOption('dialect', dialect, `${alias.name} exists in ${entry.dialects.join(', ')}`);
  }
  if (width !== undefined && !entry.anyWidth) {
    throw badOption('width', width, `${alias.name} has no width multiplier; the MobileNets have one`);
  }
  if (options.aux === true && entry.auxiliary !== true) {
    throw badOption('aux', options.aux, `${alias.name} has no auxiliary classifiers; googlenet and inception_v3 have`);
  }
  if (options.preprocessing !== undefined && entry.internalPreprocessing !== true) {
    throw badOption('preprocessing', options.preprocessing, `${alias.name} leaves its pixels as they come`);
  }
  const { input = size.input, classes, aux, preprocessing } = options;
  return {
    name: alias.name,
    entry,
    dialect,
    preset,
    options: {
      input,
      classes,
      width,
      dialect,
      ...(aux !== undefined && { aux }),
      ...(preprocessing !== undefined && { preprocessing }),
    },
  };
}

/** Builds the network of that name: see {@link resolveModel} for names and errors. */
export function buildModel(spec: ModelName | (string & {}), options: BuildOptions = {}): Graph {
  const resolved = resolveModel(spec, options);
  return resolved.entry.build(resolved.options);
}

function lookUp(given: string): Alias {
  const [, prefix, rest = given] = /^(torchvision|timm|keras)\/(.*)$/s.exec(given) ?? [];
  // timm tags its weights after a dot: resnet50.a1_in1k is the network resnet50.
  const [name = rest, tag] = rest.split(/\.(?=[a-z])/);
  const framework = DIALECTS.find((dialect) => dialect === prefix) ?? (tag === undefined ? undefined : 'timm');
  const spelling = [name, name.replaceAll('_', '-'), name.replaceAll('-', '_')].find(isModelName);
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : spelling && { name: spelling };
  if (alias === undefined) throw unknownModel(given);
  return framework === undefined ? alias : { ...alias, dialect: framework };
}

function unknownModel(name: string): ConvzooError {
  const near = nearestNames(name, [...modelNames, ...Object.keys(aliases)]);
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : `There are ${modelNames.length}; the first of each family: ${firstOfFamilies().join(', ')}.`;
  return new ConvzooError('unknown-model', `There is no network called ${JSON.stringify(name)}. ${hint}`);
}

/** A name of each family: all of them would be a page. */
function firstOfFamilies(): readonly ModelName[] {
  const first = new Map<string, ModelName>();
  for (const name of modelNames) if (!first.has(models[name].family)) first.set(models[name].family, name);
  return [...first.values()];
}
