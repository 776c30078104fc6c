/** Rows and columns added around a map, in CSS order. */
export type ExplicitPadding = readonly [top: number, right: number, bottom: number, left: number];

/**
 * `same` is TensorFlow's: the output is `ceil(input / stride)`, and what cannot be split evenly goes right and bottom.
 * At stride 2 it differs from torch's symmetric padding (pitfalls: a shift by one pixel), so it is a value of its own.
 */
export type Padding = 'same' | ExplicitPadding;

/** What builders accept: one number for all sides, `valid` for none, or a {@link Padding}. */
export type PaddingLike = Padding | 'valid' | number;

export function toPadding(padding: PaddingLike): Padding {
  if (padding === 'valid') return [0, 0, 0, 0];
  return typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
}

/** Padding before and after along one axis. */
export interface AxisPadding {
  readonly before: number;
  readonly after: number;
}

/** A window that slides along one axis. */
export interface AxisWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

const reach = (w: AxisWindow): number => (w.kernel - 1) * w.dilation + 1;

/** Padding of one axis in numbers, for an input of `extent`. */
export function axisPadding(
  padding: Padding,
  axis: 'height' | 'width',
  extent: number,
  window: AxisWindow,
): AxisPadding {
  if (padding !== 'same') {
    const [top, right, bottom, left] = padding;
    return axis === 'height' ? { before: top, after: bottom } : { before: left, after: right };
  }
  const outputs = Math.ceil(extent / window.stride);
  const total = Math.max((outputs - 1) * window.stride + reach(window) - extent, 0);
  return { before: Math.floor(total / 2), after: Math.ceil(total / 2) };
}

/**
 * Output extent along one axis.
 *
 * With `ceilMode` (torch's pooling) a last window that starts inside the input or its leading padding still counts
 * although it hangs over the end; one that would start in the trailing padding does not.
 */
export function outputExtent(extent: number, padding: AxisPadding, window: AxisWindow, ceilMode = false): number {
  const room = extent + padding.before + padding.after - reach(window);
  if (room < 0 && !(ceilMode && room > -window.stride)) return 0;
  if (!ceilMode) return Math.floor(room / window.stride) + 1;
  const outputs = Math.ceil(room / window.stride) + 1;
  return (outputs - 1) * window.stride >= extent + padding.before ? outputs - 1 : outputs;
}
