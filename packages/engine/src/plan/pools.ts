import { axisPadding, type Node } from '@convzoo/layers';
import { POOL_BYTES } from '../kernels/pool.js';
import { type Emit, first, type PlanContext } from './context.js';
import type { Step } from './step.js';

/** Bounds of the windows along one axis, three integers an output: first input, the one after the last, and the divisor. */
function windows(
  outputs: number,
  bounds: (output: number) => { readonly start: number; readonly end: number; readonly count: number },
): Int32Array {
  const table = new Int32Array(3 * outputs);
  for (let output = 0; output < outputs; output++) {
    const { start, end, count } = bounds(output);
    table.set([start, end, count], 3 * output);
  }
  return table;
}

function pool(
  path: string,
  kernel: string,
  context: PlanContext,
  rowTable: Int32Array,
  columnTable: Int32Array,
): readonly Step[] {
  const { inputs, output, batch, threads } = context;
  const x = first(inputs);
  const rowBytes = x.width * x.pixel;
  const args = [x.address, x.height * rowBytes, rowBytes, x.pixel, output.address, batch];
  const tables = [context.table(rowTable), rowTable.length / 3, context.table(columnTable), columnTable.length / 3];
  // Enough pieces that every thread has its share: of one thread whole lines.
  const pieces = threads === 1 ? 1 : Math.ceil((8 * threads) / (batch * output.height));
  const piece = Math.ceil(x.pixel / pieces / POOL_BYTES) * POOL_BYTES;
  return [{ kernel, path, args: [...args, ...tables, piece] }];
}

/** Maxima or means over windows at fixed strides. */
export function slidingPool(node: Node<'maxPool'> | Node<'avgPool'>): Emit {
  const { size, strides, padding } = node.attributes;
  const countPadding = 'countIncludePad' in node.attributes && node.attributes.countIncludePad;
  return (context) => {
    const x = first(context.inputs);
    const table = (axis: 'height' | 'width', i: 0 | 1): Int32Array => {
      const extent = x[axis];
      const { before, after } = axisPadding(padding, axis, extent, {
        kernel: size[i],
        stride: strides[i],
        dilation: 1,
      });
      return windows(context.output[axis], (output) => {
        const from = output * strides[i] - before;
        const [start, end] = [Math.max(from, 0), Math.min(from + size[i], extent)];
        // torch counts padding, but not what hangs over it in ceil mode.
        const count = countPadding ? Math.min(from + size[i], extent + after) - from : end - start;
        return { start, end, count };
      });
    };
    return pool(
      node.path,
      node.op === 'maxPool' ? 'maxPool' : 'averagePool',
      context,
      table('height', 0),
      table('width', 1),
    );
  };
}

/** torch's AdaptiveAvgPool2d; a global mean has one bin. */
export function adaptivePool(path: string, [rows, columns]: readonly [number, number]): Emit {
  return (context) => {
    const x = first(context.inputs);
    const table = (bins: number, extent: number): Int32Array =>
      windows(bins, (bin) => {
        const [start, end] = [Math.floor((bin * extent) / bins), Math.ceil(((bin + 1) * extent) / bins)];
        return { start, end, count: end - start };
      });
    return pool(path, 'averagePool', context, table(rows, x.height), table(columns, x.width));
  };
}
