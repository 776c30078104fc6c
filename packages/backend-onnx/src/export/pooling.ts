import { float, int, ints } from '../proto/model.js';
import type { Emitter } from './emitter.js';
import { type ExportRule, input, inputAs, result } from './rule.js';
import { padsOf, sum } from './window.js';

const isZero = (numbers: readonly number[]): boolean => numbers.every((n) => n === 0);

export const maxPool: ExportRule<'maxPool'> = (context) => {
  const { node, emit } = context;
  const { size, strides } = node.attributes;
  const x = inputAs(context, 'channels-first');
  const { pads, overhang } = padsOf(x.shape, size, node.attributes);
  const name = emit.op(node.path, 'MaxPool', [x.name], {
    kernel_shape: ints(size),
    strides: ints(strides),
    pads: ints(sum(pads, overhang)),
  });
  return result(node, name, 'channels-first');
};

/**
 * Zeros around a map. onnxruntime (1.30, optimizer/pad_fusion.cc) puts such padding into a MaxPool behind it, whose own padding is
 * less than every number; where axes are named it does not.
 */
function pad(
  emit: Emitter,
  path: string,
  x: string,
  pads: readonly number[],
  channels: readonly number[],
  named = false,
) {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const [before = 0, after = 0] = channels;
  const inputs = [x, emit.integers(path, [0, before, top, left, 0, after, bottom, right])];
  if (named) inputs.push(emit.floats(path, [0], []), emit.integers(path, [0, 1, 2, 3]));
  return emit.op(path, 'Pad', inputs);
}

export const avgPool: ExportRule<'avgPool'> = (context) => {
  const { node, emit } = context;
  const { size, strides, countIncludePad } = node.attributes;
  const x = inputAs(context, 'channels-first');
  const { pads, overhang } = padsOf(x.shape, size, node.attributes);
  const attributes = { kernel_shape: ints(size), strides: ints(strides) };
  // Padding may count, but what hangs over it never does: then the first are zeros of the map, the second its padding.
  const isMixed = countIncludePad && !isZero(pads) && !isZero(overhang);
  const padded = isMixed ? pad(emit, node.path, x.name, pads, [0, 0]) : x.name;
  const name = emit.op(node.path, 'AveragePool', [padded], {
    ...attributes,
    pads: ints(isMixed ? overhang : sum(pads, overhang)),
    count_include_pad: int(countIncludePad && isZero(overhang) ? 1 : 0),
  });
  return result(node, name, 'channels-first');
};

export const globalAvgPool: ExportRule<'globalAvgPool'> = (context) => {
  const { node, emit } = context;
  const x = input(context);
  if (x.form === 'channels-last') {
    const axes = emit.integers(node.path, [1, 2]);
    return result(node, emit.op(node.path, 'ReduceMean', [x.name, axes], { keepdims: int(0) }), 'vector');
  }
  const mean = emit.op(node.path, 'GlobalAveragePool', [x.name]);
  return result(node, emit.op(node.path, 'Flatten', [mean], { axis: int(1) }), 'vector');
};

/** Row i of `bins` rows holds 1 / length over floor(i * extent / bins) .. ceil((i + 1) * extent / bins). */
function averages(extent: number, bins: number): Float32Array {
  const matrix = new Float32Array(bins * extent);
  for (let i = 0; i < bins; i++) {
    const start = Math.floor((i * extent) / bins);
    const end = Math.ceil(((i + 1) * extent) / bins);
    matrix.fill(1 / (end - start), i * extent + start, i * extent + end);
  }
  return matrix;
}

/** ONNX has no such pool: one mean over all, or windows of one size, or where bins differ two products with matrices. */
export const adaptiveAvgPool: ExportRule<'adaptiveAvgPool'> = (context) => {
  const { node, emit } = context;
  const x = inputAs(context, 'channels-first');
  const [height = 1, width = 1] = x.shape;
  const [rows, columns] = node.attributes.size;
  if (rows === height && columns === width) return x;
  const { path } = node;
  if (rows === 1 && columns === 1) {
    return result(node, emit.op(path, 'GlobalAveragePool', [x.name]), 'channels-first');
  }
  if (height % rows === 0 && width % columns === 0) {
    const size = ints([height / rows, width / columns]);
    return result(
      node,
      emit.op(path, 'AveragePool', [x.name], { kernel_shape: size, strides: size }),
      'channels-first',
    );
  }
  const left = emit.floats(path, averages(height, rows), [rows, height]);
  const right = emit.floats(path, transposed(averages(width, columns), columns, width), [width, columns]);
  const pooled = emit.op(path, 'MatMul', [emit.op(path, 'MatMul', [left, x.name]), right]);
  return result(node, pooled, 'channels-first');
};

const transposed = (matrix: Float32Array, rows: number, columns: number): Float32Array =>
  matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] ?? 0);

export const zeroPad: ExportRule<'zeroPad'> = (context) => {
  const { node, emit, graph } = context;
  const { spatial, channels } = node.attributes;
  const [top, right, bottom, left] = spatial;
  if (isZero(spatial) && isZero(channels)) return input(context);
  const x = inputAs(context, 'channels-first');
  const isPooled = graph.nodes.some(({ op, inputs }) => op === 'maxPool' && inputs.includes(node.id));
  const padded = pad(emit, node.path, x.name, [top, left, bottom, right], channels, isPooled);
  return result(node, padded, 'channels-first');
};

export const leakyRelu: ExportRule<'leakyRelu'> = (context) => {
  const { node, emit } = context;
  const x = input(context);
  return { ...x, name: emit.op(node.path, 'LeakyRelu', [x.name], { alpha: float(node.attributes.slope) }) };
};
