import {
  type AnyNode,
  type Float32Tensor,
  formatShape,
  type Graph,
  nodeAt,
  type Shape,
  sameShape,
  sizeOf,
} from '@convzoo/layers';
import type { GoldenTap } from '../record/record.js';
import { type Moments, momentsOf, relative, worst } from './measure.js';

export interface TapResult {
  /** As the record calls it. */
  readonly name: string;
  /** Tap or path of the graph. */
  readonly node: string;
  readonly shape: Shape;
  /** Largest difference of a value, the mean or the deviation, over the record's deviation. */
  readonly error: number;
  readonly agrees: boolean;
  /** What is wrong beside the size of the error. */
  readonly fault?: string;
  readonly here?: Moments;
}

/** Records have three decimals of the share of zeros. */
const ZEROS_DECIMALS = 5e-4;

/**
 * Compares one intermediate result: its values at the record's places, their mean and deviation, and how many are exactly 0.
 * All of it must be finite.
 */
export function compareTap(
  { data, shape }: Float32Tensor,
  tap: GoldenTap,
  {
    node,
    name,
    graph,
    torch,
    tolerance,
  }: { node: AnyNode; name: string; graph: Graph; torch: boolean; tolerance: number },
): TapResult {
  const result = { name: tap.name, node: name, shape };
  const wrong = (fault: string): TapResult => ({ ...result, error: Number.POSITIVE_INFINITY, agrees: false, fault });
  const place = torch ? torchPlaces(shape, tap.shape, flattenedMap(graph, node)) : ownPlaces(shape, tap.shape);
  if (place === undefined) return wrong(`${formatShape(shape)} here, ${formatShape(tap.shape)} in the record`);
  const here = momentsOf(data);
  if (here.notFinite > 0) return { ...wrong(`${here.notFinite} values are NaN or infinite`), here };
  // A result that is constant has no spread.
  const scale = tap.std || Math.abs(tap.mean) || 1;
  const values = tap.at.map((index, i) =>
    relative(data[place(index)] ?? Number.NaN, tap.values[i] ?? Number.NaN, scale),
  );
  const error = worst([...values, relative(here.mean, tap.mean, scale), relative(here.std, tap.std, scale)]);
  // Within rounding of 0 a ReLU may take the other side: about as many values as the tolerance leaves there, or one.
  const slack = ZEROS_DECIMALS + tolerance + 1 / data.length;
  if (error <= tolerance && Math.abs(here.zeros - tap.zeros) > slack) {
    const fault = `${percent(here.zeros)} zeros here, ${percent(tap.zeros)} in the record`;
    return { ...result, error, agrees: false, fault, here };
  }
  return { ...result, error, agrees: error <= tolerance, here };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The flat index here of a flat index there. */
type Place = (index: number) => number;

/** One value a channel: a vector, or the 1x1 map of a global pool, wherever the channels are. */
const isVector = (shape: Shape): boolean => shape.slice(1).filter((extent) => extent !== 1).length <= 1;

const sameVector = (shape: Shape, theirs: Shape): boolean =>
  isVector(shape) && isVector(theirs) && shape[0] === theirs[0] && sizeOf(shape) === sizeOf(theirs);

/** Keras works channels last, as this project. */
const ownPlaces = (shape: Shape, theirs: Shape): Place | undefined =>
  sameShape(shape, theirs) || sameVector(shape, theirs) ? (index) => index : undefined;

/**
 * torch's `[n, c, h, w]` in this project's `[n, h, w, c]`. A vector that was flattened from `[h, w, c]` comes in the order c,
 * h, w there; a map of channels last (ConvNeXt between its permutations) is as it is here.
 */
function torchPlaces(shape: Shape, theirs: Shape, map: Shape | undefined): Place | undefined {
  const [n = 0, channels = 0, ...extents] = theirs;
  if (sameVector(shape, theirs)) {
    const [height = 1, width = 1, depth = 1] = map ?? [];
    return map === undefined ? (index) => index : channelsLast([n, depth, height, width]);
  }
  if (sameShape(shape, [n, ...extents, channels])) return channelsLast(theirs);
  return sameShape(shape, theirs) ? (index) => index : undefined;
}

function channelsLast([, channels = 1, height = 1, width = 1]: Shape): Place {
  const pixels = height * width;
  return (index) => {
    const item = Math.floor(index / (channels * pixels));
    const channel = Math.floor(index / pixels) % channels;
    return (item * pixels + (index % pixels)) * channels + channel;
  };
}

/** The `[h, w, c]` whose order of flattening a vector still has. */
function flattenedMap(graph: Graph, node: AnyNode): Shape | undefined {
  let from = node;
  while (from.op === 'dropout' || from.op === 'activation') from = nodeAt(graph, from.inputs[0] ?? -1);
  if (from.op !== 'flatten') return undefined;
  const { shape } = nodeAt(graph, from.inputs[0] ?? -1);
  return shape.length === 3 ? shape : undefined;
}
