/** Extents of one example, without the batch axis: `[height, width, channels]` for maps, `[features]` for vectors. */
export type Shape = readonly number[];

/** Shape of a feature map: `[height, width, channels]`. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** Number of elements, the product of the extents. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** `[56, 56, 64]` as `56x56x64`. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Channels are the last axis, for maps and vectors alike. */
export function channelsOf(shape: Shape): number {
  return shape.at(-1) ?? 0;
}

export function isMapShape(shape: Shape): shape is MapShape {
  return shape.length === 3;
}
