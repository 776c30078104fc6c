import { formatShape, sameShape } from '@convzoo/layers';
import { countedParams, type GoldenNetwork } from '../network/network.js';

/** Names in a message. */
const SHOWN = 3;

/**
 * Whether a network has the record's parameters, by names and shapes where the record has keys and by number. Returns what
 * differs, in one sentence, or nothing.
 */
export function parameterFault(network: GoldenNetwork): string | undefined {
  const { record, keys, params } = network;
  if (keys !== undefined) return keysFault(network, keys);
  const counted = countedParams(network);
  if (record.params === undefined || record.params === counted) return undefined;
  const where = params.length === 0 ? 'none' : `${counted.toLocaleString('en')}`;
  return `${where} parameters here, ${record.params.toLocaleString('en')} in the record`;
}

function keysFault({ params }: GoldenNetwork, keys: NonNullable<GoldenNetwork['keys']>): string | undefined {
  const theirs = new Map(keys);
  const ours = new Map(params.map(({ name, layout }) => [name, layout.shape]));
  const lacking = [...theirs.keys()].filter((name) => !ours.has(name));
  const extra = [...ours.keys()].filter((name) => !theirs.has(name));
  const misshaped = [...ours].filter(([name, shape]) => {
    const expected = theirs.get(name);
    return expected !== undefined && !sameShape(expected, shape);
  });
  const faults: string[] = [];
  if (lacking.length > 0) faults.push(`${lacking.length} of the record's are not here (${some(lacking)})`);
  if (extra.length > 0) faults.push(`${extra.length} are not in the record (${some(extra)})`);
  if (misshaped.length > 0) {
    const shown = misshaped.map(
      ([name, shape]) => `${name} is ${formatShape(shape)} here and ${formatShape(theirs.get(name) ?? [])} there`,
    );
    faults.push(`${misshaped.length} have another shape (${some(shown)})`);
  }
  return faults.length === 0 ? undefined : faults.join('; ');
}

const some = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ', ...' : '');
