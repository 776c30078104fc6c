import {
  type AnyNode,
  channelsOf,
  type Graph,
  type Node,
  nodeAt,
  type Parameters,
  type ParamRole,
  sizeOf,
} from '@convzoo/layers';
import { clampOf } from './clamp.js';
import { type Emit, first } from './context.js';
import { concat, flatten, gather, zeroPad } from './copies.js';
import type { EngineMemory } from './memory.js';
import { adaptivePool, slidingPool } from './pools.js';
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
