/** A convolution at stride 1 whose maps keep their extent. */
export interface Convolution {
  /** Maps that are read: M. */
  readonly inputs: number;
  /** Maps that are written, and filters: N. */
  readonly outputs: number;
  /** Height and width of a filter: Dk. */
  readonly kernel: number;
  /** Height and width of the maps: Df. */
  readonly size: number;
}

/** A loop over multiplications: maps that are written, positions in them, maps that are read for one, weights of each. */
export interface Loop {
  readonly maps: number;
  readonly positions: number;
  readonly channels: number;
  readonly taps: number;
}

/** Where a loop is after some multiplications. */
export interface Cursor {
  /** Multiplications done, and in all. */
  readonly done: number;
  readonly total: number;
  readonly started: boolean;
  readonly finished: boolean;
  /** The map that is being written, the position in it, the map that is read for it, and how many of its weights are done. */
  readonly map: number;
  readonly position: number;
  readonly channel: number;
  readonly tap: number;
}

/** The three loops of the lesson. */
export interface Loops {
  readonly standard: Loop;
  readonly depthwise: Loop;
  readonly pointwise: Loop;
}

export function loopsOf({ inputs, outputs, kernel, size }: Convolution): Loops {
  const [positions, weights] = [size * size, kernel * kernel];
  return {
    standard: { maps: outputs, positions, channels: inputs, taps: weights },
    // Every map is read on its own ...
    depthwise: { maps: inputs, positions, channels: 1, taps: weights },
    // ... and every position on its own.
    pointwise: { maps: outputs, positions, channels: inputs, taps: 1 },
  };
}

/** Multiplications of one value. */
export const perValue = ({ channels, taps }: Loop): number => channels * taps;

/** Multiplications of the whole loop. */
export const totalOf = (loop: Loop): number => loop.maps * loop.positions * perValue(loop);

/** Where a loop is after `multiplications` of it; before the first and after the last it stays at its ends. */
export function cursorAt(loop: Loop, multiplications: number): Cursor {
  const total = totalOf(loop);
  const done = Math.min(total, Math.max(0, Math.floor(multiplications)));
  const value = Math.floor(done / perValue(loop));
  const within = done - value * perValue(loop);
  return {
    done,
    total,
    started: multiplications > 0,
    finished: done === total,
    map: Math.floor(value / loop.positions),
    position: value % loop.positions,
    channel: Math.floor(within / loop.taps),
    tap: within % loop.taps,
  };
}

/** How many values of map `map` are written. */
export function writtenIn({ map: current, position }: Cursor, map: number, { positions }: Loop): number {
  if (map === current) return position;
  return map < current ? positions : 0;
}

/** How many weights of the filter are done over map `channel` at the current position. */
export function tapsDone({ channel: current, tap }: Cursor, channel: number, { taps }: Loop): number {
  if (channel === current) return tap;
  return channel < current ? taps : 0;
}
