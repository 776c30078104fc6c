import { featureMaps, meanActivation, normalised } from '@convzoo/interpret';
import type { Float32Tensor } from '@convzoo/layers';

/** A channel of a layer's result. */
export interface ChannelMap {
  readonly channel: number;
  /** Mean over all places, as the network computes it. */
  readonly mean: number;
  /** Row by row, from 0 to 1: between the channel's own least and largest value. */
  readonly values: Float32Array;
}

export interface LayerMaps {
  readonly height: number;
  readonly width: number;
  /** How many channels there are; the strongest are in `channels`. */
  readonly all: number;
  readonly channels: readonly ChannelMap[];
  /** Mean of the absolute values over all channels, from 0 to 1. */
  readonly mean: Float32Array;
}

/** One number of a layer that gives a vector. */
export interface VectorValue {
  readonly index: number;
  readonly value: number;
}

/** What a layer answers for one picture: maps, or numbers. */
export type LayerResult =
  | { readonly kind: 'maps'; readonly maps: LayerMaps }
  | { readonly kind: 'vector'; readonly all: number; readonly largest: readonly VectorValue[] };

/** Numbers of a vector that are listed. */
const LISTED = 10;

/**
 * @param result `[1, height, width, channels]` or `[1, numbers]`
 * @param most channels
 */
export function layerResult(result: Float32Tensor, most: number): LayerResult {
  const [, height = 1, width = 1, all = 1] = result.shape;
  if (result.shape.length !== 4) {
    const largest = [...result.data]
      .map((value, index) => ({ index, value }))
      .sort((a, b) => b.value - a.value || a.index - b.index)
      .slice(0, LISTED);
    return { kind: 'vector', all: result.data.length, largest };
  }
  const channels = featureMaps(result, { most }).map(({ channel, mean, map }) => ({
    channel,
    mean,
    values: map.values,
  }));
  return { kind: 'maps', maps: { height, width, all, channels, mean: normalised(meanActivation(result)).values } };
}

/** What is moved to the page. */
export const buffersOf = (result: LayerResult): ArrayBufferLike[] =>
  result.kind === 'vector' ? [] : [result.maps.mean.buffer, ...result.maps.channels.map(({ values }) => values.buffer)];
