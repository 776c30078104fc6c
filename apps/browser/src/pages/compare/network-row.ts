import type { NetworkCost } from '@convzoo/cost-analysis';

/** An accuracy as published: percent of ImageNet's validation pictures that the first answer is right on. */
export interface PublishedAccuracy {
  readonly top1: number;
  /** Who published it: weights of the catalogue, or a table. */
  readonly source: string;
}

/** An accuracy at a width and an input side. */
export interface PublishedSize extends PublishedAccuracy {
  readonly width: number;
  readonly input: number;
}

/** A network of the zoo at some size, counted: plain data, as it comes from the worker. */
export interface NetworkRow extends NetworkCost {
  /** As the zoo understands it: `mobilenet_v2@0.5,160`. */
  readonly model: string;
  /** The network alone. */
  readonly name: string;
  readonly family: string;
  /** One line of English. */
  readonly summary: string;
  readonly width: number;
  /** Whether another width can be asked for. */
  readonly anyWidth: boolean;
  /** Input side in pixels that the network is defined for. */
  readonly defaultInput: number;
  /** Published at exactly this width and input. */
  readonly accuracy: PublishedAccuracy | null;
  /** The other inputs that weights of this network were measured at. */
  readonly elsewhere: readonly PublishedSize[];
  /** Published weights, as the other pages take them; undefined where nobody publishes any. */
  readonly weights: string | undefined;
}

/** Text of a network at a size; what is the network's own is left out. */
export function modelText(
  { name, defaultInput }: Pick<NetworkRow, 'name' | 'defaultInput'>,
  width: number,
  input: number,
): string {
  const size = [...(width === 1 ? [] : [String(width)]), ...(input === defaultInput ? [] : [String(input)])];
  return size.length === 0 ? name : `${name}@${size.join(',')}`;
}
