import { formatShape } from '@convzoo/layers';
import type { ColourMap } from './colour-map.js';
import { InterpretError } from './errors.js';
import type { HeatMap } from './heat-map.js';

/** RGB bytes, row by row: what `@convzoo/preprocessing` calls an `Image`, without its `channels`. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** Values from 0 to 1 as colours; NaN is black. */
export function coloured({ height, width, values }: HeatMap, colours: ColourMap): Pixels {
  const data = new Uint8Array(values.length * 3);
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) data.set(colourOf(colours, value), i * 3);
  });
  return { height, width, data };
}

/** Values from 0 to 1 as greys. */
export function grey({ height, width, values }: HeatMap): Pixels {
  const data = new Uint8Array(values.length * 3);
  values.forEach((value, i) => {
    const level = Math.round(255 * Math.min(Math.max(value, 0), 1));
    data.fill(level, i * 3, i * 3 + 3);
  });
  return { height, width, data };
}

/** How bright a place is that the network did not see. */
const UNSEEN = 0.35;

/**
 * A heat map with values from 0 to 1 over a picture of its size. Places with NaN, which the network did not see, are
 * dimmed.
 *
 * @param opacity of the heat map, from 0 to 1
 * @throws InterpretError `wrong-shape`, `wrong-options`
 */
export function overlay(picture: Pixels, heat: HeatMap, colours: ColourMap, opacity = 0.5): Pixels {
  const { height, width } = picture;
  if (heat.height !== height || heat.width !== width) {
    throw new InterpretError(
      'wrong-shape',
      `A heat map of ${formatShape([heat.height, heat.width])} does not cover a picture of ${formatShape([height, width])}; spread it first.`,
    );
  }
  if (!(opacity >= 0 && opacity <= 1)) {
    throw new InterpretError('wrong-options', `The opacity is a number from 0 to 1, got ${opacity}.`);
  }
  const data = new Uint8Array(picture.data.length);
  heat.values.forEach((value, i) => {
    const seen = !Number.isNaN(value);
    const colour = seen ? colourOf(colours, value) : undefined;
    for (let c = i * 3; c < i * 3 + 3; c++) {
      const pixel = picture.data[c] ?? 0;
      data[c] = Math.round(
        colour === undefined ? pixel * UNSEEN : pixel * (1 - opacity) + (colour[c % 3] ?? 0) * opacity,
      );
    }
  });
  return { height, width, data };
}

function colourOf(colours: ColourMap, value: number): Uint8Array {
  const last = colours.length / 3 - 1;
  const at = Math.round(Math.min(Math.max(value, 0), 1) * last);
  return colours.subarray(at * 3, at * 3 + 3);
}
