import {
  type AnyNode,
  axisPadding,
  channelsOf,
  type Graph,
  type Node,
  nodeAt,
  type Parameters,
  type ParamRole,
  sizeOf,
} from '@convzoo/layers';
import { POOL_BYTES } from '../kernels/pool.js';
import { clampOf } from './clamp.js';
import { first, type PlanContext } from './context.js';
import type { Emit } from './convolution.js';
import type { EngineMemory } from './memory.js';
import type { Step } from './step.js';
import { type Placed, padded } from './value.js';

/** Vectors of 16 bytes in a result, the padding of channels included. */
const vectorsOf = ({ pixels, pixel }: Placed): number => (pixels * pixel) / 16;

/** Values a channel, filled up to whole vectors. */
function channelValues(memory: EngineMemory, values: ArrayLike<number>, channels: number, rest = 0): number {
  const full = new Float32Array(padded(channels)).fill(rest);
  for (let c = 0; c < channels; c++) full[c] = (values.length === 1 ? values[0] : values[c]) ?? rest;
  return memory.put(full);
}

function paramValues(node: Node, role: ParamRole, params: Parameters): Float32Array | undefined {
  const spec = node.params.find((param) => param.role === role);
  return spec === undefined ? undefined : params.get(spec.path)?.data;
}

function affine(
  memory: EngineMemory,
  path: string,
  scale: ArrayLike<number>,
  shift: ArrayLike<number>,
  channels: number,
): Emit {
  const scales = channelValues(memory, scale, channels, 1);
  const shifts = channelValues(memory, shift, channels);
  return ({ inputs, output }) => {
    const x = first(inputs);
    if (x.pixel === output.pixel) {
      const args = [x.address, output.address, scales, shifts, output.pixels, output.pixel];
      return [{ kernel: 'affineVectors', path, args }];
    }
    const args = [x.address, x.pixel, output.address, output.pixel, scales, shifts, output.pixels, channels];
    return [{ kernel: 'affine', path, args }];
  };
}

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

function slidingPool(node: Node<'maxPool'> | Node<'avgPool'>): Emit {
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
function adaptivePool(path: string, [rows, columns]: readonly [number, number]): Emit {
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

function concat(path: string): Emit {
  return ({ inputs, output }) => {
    let address = output.address;
    return inputs.flatMap((x) => {
      const to = address;
      address += 4 * x.channels;
      // Its kernel wrote it here.
      if (x.address === to) return [];
      return {
        kernel: 'copyChannels',
        path,
        args: [x.address, x.pixel, to, output.pixel, output.pixels, 4 * x.channels],
      };
    });
  };
}

/** Output channel c is input channel `source(c)`, or zero where that is negative. */
function gather(memory: EngineMemory, path: string, channels: number, source: (c: number) => number): Emit {
  const table = memory.put(Int32Array.from({ length: channels }, (_, c) => (source(c) < 0 ? -1 : 4 * source(c))));
  return ({ inputs, output }) => {
    const x = first(inputs);
    const args = [x.address, x.pixel, output.address, output.pixel, output.pixels, channels, table];
    return [{ kernel: 'gatherChannels', path, args }];
  };
}

/** Zeros around a map: a buffer of the plan's own whose border nobody writes. */
function zeroPad(node: Node<'zeroPad'>): Emit {
  const { spatial, channels } = node.attributes;
  return (context) => {
    const { inputs, output, batch } = context;
    const x = first(inputs);
    const [top, , , left] = spatial;
    const clear: Step = {
      kernel: 'clear',
      path: node.path,
      args: [output.address, output.pixels, output.pixel],
    };
    const row = output.width * output.pixel;
    const start = output.address + top * row + left * output.pixel + 4 * channels[0];
    const steps: Step[] = [clear];
    const args = [x.address, x.pixel, start, output.pixel, 4 * x.channels, batch, x.height, x.width];
    steps.push({ kernel: 'placeImage', path: node.path, args: [...args, row, output.height * row] });
    return steps;
  };
}

/** A vector without the gaps between pixels that the map had. */
function flatten(path: string): Emit {
  return ({ inputs, output, batch }) => {
    const x = first(inputs);
    const each = x.height * x.width;
    const args = [x.address, x.pixel, output.address, 4 * x.channels, 4 * x.channels, batch, 1, each];
    return [{ kernel: 'placeImage', path, args: [...args, output.pixel, output.pixel] }];
  };
}

/** How the steps of every op but convolutions and dense layers are made; `undefined` where the engine has no kernel. */
export function otherOp(node: AnyNode, graph: Graph, params: Parameters, memory: EngineMemory): Emit | undefined {
  const { path } = node;
  const channels = channelsOf(node.shape);
  switch (node.op) {
    case 'batchNorm': {
      const [mean, variance] = [paramValues(node, 'mean', params), paramValues(node, 'variance', params)];
      const [scale, shift] = [paramValues(node, 'scale', params), paramValues(node, 'shift', params)];
      const factors = Array.from(
        { length: channels },
        (_, c) => (scale?.[c] ?? 1) / Math.sqrt((variance?.[c] ?? 1) + node.attributes.eps),
      );
      return affine(
        memory,
        path,
        factors,
        factors.map((factor, c) => (shift?.[c] ?? 0) - factor * (mean?.[c] ?? 0)),
        channels,
      );
    }
    case 'layerScale':
      return affine(memory, path, paramValues(node, 'scale', params) ?? [1], [0], channels);
    case 'rescale':
      return affine(memory, path, node.attributes.scale, node.attributes.offset, channels);
    case 'layerNorm': {
      const scale = channelValues(memory, paramValues(node, 'scale', params) ?? [1], channels);
      const shift = channelValues(memory, paramValues(node, 'shift', params) ?? [0], channels);
      const { eps } = node.attributes;
      return ({ inputs, output }) => {
        const args = [first(inputs).address, output.address, scale, shift, output.pixels, output.pixel, channels, eps];
        return [{ kernel: 'layerNorm', path, args }];
      };
    }
    case 'activation':
      return ({ inputs, output }) => {
        const args = [first(inputs).address, output.address, vectorsOf(output)];
        return [{ kernel: node.attributes.function, path, args }];
      };
    case 'leakyRelu':
      return ({ inputs, output }) => {
        const args = [first(inputs).address, output.address, vectorsOf(output), node.attributes.slope];
        return [{ kernel: 'leakyRelu', path, args }];
      };
    case 'add': {
      const { lo, hi } = clampOf(node.attributes.activation);
      return ({ inputs, output }) => {
        const [a, b] = inputs;
        return [
          { kernel: 'add', path, args: [a?.address ?? 0, b?.address ?? 0, output.address, vectorsOf(output), lo, hi] },
        ];
      };
    }
    case 'multiply':
      return multiply(path);
    case 'concat':
      return concat(path);
    case 'sliceChannels': {
      const { start } = node.attributes;
      return ({ inputs, output }) => {
        const x = first(inputs);
        const args = [x.address + 4 * start, x.pixel, output.address, output.pixel, output.pixels, 4 * channels];
        return [{ kernel: 'copyChannels', path, args }];
      };
    }
    case 'channelShuffle': {
      const { groups } = node.attributes;
      const each = channels / groups;
      // Channel g * n + i goes to i * groups + g.
      return gather(memory, path, channels, (c) => (c % groups) * each + Math.floor(c / groups));
    }
    case 'zeroPad':
      return zeroPad(node);
    case 'maxPool':
    case 'avgPool':
      return slidingPool(node);
    case 'globalAvgPool':
      return adaptivePool(path, [1, 1]);
    case 'adaptiveAvgPool':
      return adaptivePool(path, node.attributes.size);
    case 'flatten':
      return flatten(path);
    case 'dropout': {
      const each = sizeOf(nodeAt(graph, node.inputs[0] ?? 0).shape);
      return ({ inputs, output, batch }) => {
        const x = first(inputs);
        const args = [
          x.address,
          x.pixel,
          output.address,
          output.pixel,
          output.pixels,
          Math.min(4 * each * batch, 4 * x.channels),
        ];
        return [{ kernel: 'copyChannels', path, args }];
      };
    }
    default:
      return undefined;
  }
}

/** Either operand may be the gate: a vector, or a map of one pixel, for a map of many. */
function multiply(path: string): Emit {
  return ({ inputs, output, batch }) => {
    const [a, b] = inputs;
    if (a === undefined || b === undefined) throw new RangeError('a product needs two operands');
    const [x, gate] = a.pixels >= b.pixels ? [a, b] : [b, a];
    const each = gate.pixels === x.pixels ? 1 : x.pixels / batch;
    const args = [x.address, gate.address, output.address, output.pixels, output.pixel, each];
    return [{ kernel: 'multiply', path, args }];
  };
}
