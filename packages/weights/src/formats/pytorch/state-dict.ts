import { WeightsError } from '../../errors.js';
import type { TorchValue } from './globals.js';
import { PickleDict } from './pickle/values.js';
import { isTensor, type Storage, type TorchTensor } from './tensor.js';

type Dict = PickleDict<Storage | TorchTensor>;

/**
 * Keys under which training scripts keep a state dict, in the order in which they are tried: the trained network before
 * its moving average.
 */
const KEYS: readonly string[] = [
  'state_dict',
  'model_state_dict',
  'model',
  'model_state',
  'net',
  'network',
  'weights',
  'params',
  'module',
  'backbone',
  'state_dict_ema',
  'model_ema',
  'ema_state_dict',
  'params_ema',
  'ema',
];

/** How deep one is looked for, e.g. `model` in `checkpoint`. */
const MAX_DEPTH = 3;

export interface StateDict {
  /** By name, in the file's order. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** Keys that lead to it, joined by a dot; empty if it is the file's own value. */
  readonly path: string;
  /** Paths of other dicts of tensors in the file. */
  readonly others: readonly string[];
  /** Names in it that hold no tensor. */
  readonly skipped: readonly string[];
}

interface Candidate {
  readonly path: string;
  readonly dict: Dict;
  readonly tensors: ReadonlyMap<string, TorchTensor>;
}

/**
 * The state dict of a checkpoint: under a usual key, or the value itself, or whichever dict has most tensors. `part` is the
 * path of another one. Throws WeightsError `bad-header` where there is none.
 */
export function findStateDict(value: TorchValue, file: string, part?: string): StateDict {
  const found = candidates(value);
  const chosen = part === undefined ? preferred(found) : found.find(({ path }) => path === part);
  if (chosen === undefined) {
    const paths = found.map(({ path }) => (path === '' ? 'the whole' : `"${path}"`)).join(', ');
    const has = found.length === 0 ? 'no dict with tensors' : `tensors under ${paths} only`;
    const asked = part === undefined ? '' : ` Nothing is under "${part}".`;
    throw new WeightsError('bad-header', `${file} has ${has}.${asked} Save model.state_dict() in Python.`);
  }
  const { dict, path, tensors } = chosen;
  // The buffers of an optimiser lie under numbers.
  const others = found.filter((other) => other !== chosen && !/\.\d+$/.test(other.path)).map((other) => other.path);
  const skipped = [...dict.entries.keys()].filter((key) => !tensors.has(nameOf(key))).map(nameOf);
  return { tensors, path, others, skipped: path === '' && others.length > 0 ? [] : skipped };
}

/** Dicts with tensors, outer ones first. A dict is looked at once, however often it is referred to. */
function candidates(root: TorchValue): readonly Candidate[] {
  const found: Candidate[] = [];
  const seen = new Set<Dict>();
  let level: (readonly [path: string, value: TorchValue])[] = [['', root]];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const next: typeof level = [];
    for (const [path, value] of level) {
      if (!(value instanceof PickleDict) || seen.has(value)) continue;
      seen.add(value);
      const tensors = new Map<string, TorchTensor>();
      for (const [key, item] of value.entries) {
        if (isTensor(item)) tensors.set(nameOf(key), item.value);
        else next.push([path === '' ? nameOf(key) : `${path}.${nameOf(key)}`, item]);
      }
      if (tensors.size > 0) found.push({ path, dict: value, tensors });
    }
    level = next;
  }
  return found;
}

function preferred(found: readonly Candidate[]): Candidate | undefined {
  // A usual key first: beside it a checkpoint may have single tensors, e.g. its best accuracy.
  for (const key of KEYS) {
    const match = found.find(({ path }) => path === key) ?? found.find(({ path }) => path.endsWith(`.${key}`));
    if (match !== undefined) return match;
  }
  return found.reduce<Candidate | undefined>(
    (best, candidate) => (best === undefined || candidate.tensors.size > best.tensors.size ? candidate : best),
    undefined,
  );
}

/** Keys are text in every state dict; numbers are an optimiser's. */
const nameOf = (key: TorchValue): string =>
  typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' ? String(key) : 'a key that is no text';
