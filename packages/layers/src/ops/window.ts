import type { Pair } from '../attributes.js';
import { violation } from '../errors.js';
import { axisPadding, outputExtent, type Padding } from '../padding.js';
import { formatShape, type MapShape } from '../shape.js';
import { checkNotNegative, checkPositive } from './rule.js';

/** A two-dimensional sliding window: what convolutions and pools share. */
export interface Window2d {
  readonly size: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations?: Pair;
  readonly ceilMode?: boolean;
}

export function checkWindow(window: Window2d): void {
  checkPositive('the window', window.size);
  checkPositive('strides', window.strides);
  checkPositive('dilations', window.dilations ?? [1, 1]);
  if (window.padding !== 'same') checkNotNegative('padding', window.padding);
}

/** Output height and width of a window over a map; throws where nothing would be left. */
export function windowOutput([height, width, channels]: MapShape, window: Window2d): Pair {
  const [dilationY, dilationX] = window.dilations ?? [1, 1];
  const y = { kernel: window.size[0], stride: window.strides[0], dilation: dilationY };
  const x = { kernel: window.size[1], stride: window.strides[1], dilation: dilationX };
  const rows = outputExtent(height, axisPadding(window.padding, 'height', height, y), y, window.ceilMode);
  const columns = outputExtent(width, axisPadding(window.padding, 'width', width, x), x, window.ceilMode);
  if (rows < 1 || columns < 1) {
    violation(
      `a window of ${window.size.join('x')} does not fit into a map of ${formatShape([height, width, channels])}: ` +
        'nothing is left; give the network a larger input',
    );
  }
  return [rows, columns];
}
