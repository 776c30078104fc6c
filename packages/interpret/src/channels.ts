import { type Float32Tensor, formatShape } from '@convzoo/layers';
import { InterpretError } from './errors.js';
import { type HeatMap, normalised } from './heat-map.js';

export interface FeatureMap {
  readonly channel: number;
  /** Mean over all places, before normalisation. */
  readonly mean: number;
  /** From 0 to 1: each channel's own least and largest value. */
  readonly map: HeatMap;
}

/**
 * The channels of a layer's result for one picture, each normalised on its own; those that answer most first where only `most`
 * of them are wanted, else in order.
 *
 * @param map `[height, width, channels]`, or with a batch axis of 1
 */
export function featureMaps(
  map: Float32Tensor,
  { most }: { readonly most?: number | undefined } = {},
): readonly FeatureMap[] {
  const shape = map.shape.length === 4 && map.shape[0] === 1 ? map.shape.slice(1) : map.shape;
  const [height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 3) {
    throw new InterpretError(
      'wrong-shape',
      `Feature maps are [height, width, channels]; got ${formatShape(map.shape)}.`,
    );
  }
  const all = Array.from({ length: channels }, (_, channel) => {
    const values = Float32Array.from({ length: height * width }, (_value, i) => map.data[i * channels + channel] ?? 0);
    return { channel, mean: values.reduce((sum, value) => sum + value, 0) / values.length, values };
  });
  const chosen =
    most === undefined || most >= channels
      ? all
      : all.toSorted((a, b) => b.mean - a.mean || a.channel - b.channel).slice(0, most);
  return chosen.map(({ channel, mean, values }) => ({ channel, mean, map: normalised({ height, width, values }) }));
}

/** The mean over all channels: where a layer answers at all. */
export function meanActivation(map: Float32Tensor): HeatMap {
  const [height = 0, width = 0, channels = 1] = map.shape.slice(-3);
  const values = new Float32Array(height * width);
  map.data.forEach((value, i) => {
    const place = Math.floor(i / channels);
    values[place] = (values[place] ?? 0) + Math.abs(value) / channels;
  });
  return { height, width, values };
}
