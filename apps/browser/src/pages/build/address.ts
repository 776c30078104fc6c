import { fromCompact, MAX_ADDRESS, toCompact } from './composition/compact.js';
import type { Composition } from './composition/composition.js';
import type { Draft } from './draft.js';

/** What the address says of the network: blocks, or the name of a network of the zoo. */
export interface NetworkAddress {
  readonly net: string;
  readonly zoo: string;
}

export const NOTHING: NetworkAddress = { net: '', zoo: '' };

/** The address of a draft; nothing for a text of the user's own, and for blocks that are too many. */
export function addressOf({ composition, text }: Draft): NetworkAddress {
  if (text !== undefined) return { ...NOTHING, zoo: text.zoo ?? '' };
  const net = toCompact(composition);
  return net.length > MAX_ADDRESS ? NOTHING : { ...NOTHING, net };
}

export const sameAddress = (a: NetworkAddress, b: NetworkAddress): boolean => a.net === b.net && a.zoo === b.zoo;

/** The blocks of an address, if it has any. */
export const compositionOf = ({ net }: NetworkAddress): Composition | undefined => fromCompact(net);
