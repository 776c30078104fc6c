import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { MAX_TENSORS } from '../../limits.js';
import { type Entry, readEntry } from '../keras-h5/entry.js';
import type { Hdf5Index, Hdf5Reader } from '../keras-h5/open.js';
import type { KerasLayer } from './layers.js';
import { variableNames } from './variable-names.js';

/** Models within models, and layers within layers (a wrapper's). Links in HDF5 can go round in circles. */
const MAX_DEPTH = 24;
/** Most groups that are looked into; a layer has two. */
const MAX_GROUPS = 50_000;

/** What tf.keras 2.12 called the group of layers. */
const OLD_LAYERS = '_layer_checkpoint_dependencies';

/** Whether the file is laid out as Keras 3 does. */
export const holdsVariables = (file: Hdf5Reader): boolean =>
  file.hasGroup('/layers') || file.hasGroup(`/${OLD_LAYERS}`) || file.hasGroup('/vars');

interface Found {
  /** Path of the group that has `vars`, e.g. `layers/sequential/layers/dense_1`. */
  readonly group: string;
  readonly count: number;
}

/**
 * The variables of a `.weights.h5` of Keras 3, `layers/conv2d_1/vars/0`, as `LAYER/VARIABLE`. The layer's name comes from
 * the model's configuration, or from the file where Keras wrote it there (3.6 and later), or is the group's, which is how a
 * fresh session would number a layer without a name.
 */
export function readVariables(
  file: Hdf5Reader,
  source: ByteSource,
  layers: ReadonlyMap<string, KerasLayer> = new Map(),
): Hdf5Index {
  const { found, skipped } = findVariables(file, source);
  const entries: Entry[] = [];
  const taken = new Set<string>();
  for (const { group, count } of inOrder(found, layers)) {
    const path = group.replaceAll(OLD_LAYERS, 'layers');
    const layer = layers.get(path);
    const [own = ''] = file.strings(`/${group}/vars`, 'name') ?? [];
    const last = group.slice(group.lastIndexOf('/') + 1);
    const name = layer?.name ?? (own === '' ? last : own);
    const variables = variableNames(last, layer?.config, count);
    // Two inner models may hold layers of one name.
    const prefix = variables.some((variable) => taken.has(`${name}/${variable}`)) ? path : name;
    for (const [i, variable] of variables.entries()) {
      taken.add(`${prefix}/${variable}`);
      entries.push(readEntry(file, source, prefix === '' ? variable : `${prefix}/${variable}`, `/${group}/vars/${i}`));
    }
  }
  const metadata = new Map(skipped.length === 0 ? [] : [['skipped', skipped.join(', ')]]);
  return { format: 'keras-v3', entries, metadata };
}

function findVariables(file: Hdf5Reader, source: ByteSource): { found: readonly Found[]; skipped: readonly string[] } {
  const found: Found[] = [];
  const skipped: string[] = [];
  let groups = 0;
  let tensors = 0;
  const visit = (group: string, depth: number): void => {
    for (const key of file.keys(`/${group}`)) {
      const path = group === '' ? key : `${group}/${key}`;
      if (++groups > MAX_GROUPS || depth > MAX_DEPTH) {
        throw new WeightsError(
          'too-large',
          `${source.name} has more than ${MAX_GROUPS} groups, or nests them more than ${MAX_DEPTH} deep; it is broken or made to harm.`,
        );
      }
      if (key === 'vars') {
        const count = file.keys(`/${path}`).length;
        tensors += count;
        if (tensors > MAX_TENSORS)
          throw new WeightsError('too-large', `${source.name} has more than ${MAX_TENSORS} variables.`);
        if (count > 0) found.push({ group, count });
      } else if (isNoLayer(path)) skipped.push(path);
      else visit(path, depth + 1);
    }
  };
  visit('', 0);
  return { found, skipped };
}

/** An optimiser's state, and the random generators of dropout. */
const isNoLayer = (path: string): boolean => /^optimizer$|(^|\/)seed_generator(_\d+)?$/.test(path);

/** In the order of the configuration, or as a person would count: `conv2d_2` before `conv2d_10`. */
function inOrder(found: readonly Found[], layers: ReadonlyMap<string, KerasLayer>): readonly Found[] {
  const order = new Map([...layers.keys()].map((group, i) => [group, i]));
  const place = ({ group }: Found): number => order.get(group.replaceAll(OLD_LAYERS, 'layers')) ?? order.size;
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return [...found].sort((a, b) => place(a) - place(b) || compare(a.group, b.group));
}
