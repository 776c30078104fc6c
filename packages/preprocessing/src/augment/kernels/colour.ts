import { invalidArgument } from '../../errors.js';

/** One value of 0 to 255 for all channels, or red, green and blue. */
export type Colour = number | readonly [red: number, green: number, blue: number];

export function checkColour(what: string, colour: Colour): readonly [number, number, number] {
  const channels = typeof colour === 'number' ? ([colour, colour, colour] as const) : colour;
  if (channels.length !== 3 || !channels.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) {
    throw invalidArgument(`${what} must be an integer from 0 to 255 or three of them, got ${JSON.stringify(colour)}`);
  }
  return channels;
}

/** Fills RGB bytes with one colour. */
export function fillColour(data: Uint8Array, colour: Colour): void {
  const [red, green, blue] = checkColour('fill', colour);
  if (red === green && green === blue) {
    data.fill(red);
    return;
  }
  for (let i = 0; i < data.length; i += 3) {
    data[i] = red;
    data[i + 1] = green;
    data[i + 2] = blue;
  }
}
