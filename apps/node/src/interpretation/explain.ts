import type { TfjsBackend } from '@convzoo/backend-tfjs';
import {
  coloured,
  featureMaps,
  gradCam,
  type HeatMap,
  InterpretError,
  kernelSheet,
  logitFor,
  logitsOf,
  meanActivation,
  normalised,
  occlusion,
  usualPatch,
  viridis,
} from '@convzoo/interpret';
import { type AnyNode, type Float32Tensor, float32Tensor, type Parameters, paramOf } from '@convzoo/layers';
import { greyOf, type Image, preprocess, viewOf } from '@convzoo/preprocessing';
import { probabilitiesOf, type Session } from '@convzoo/runtime';
import { UsageError } from '../errors.js';
import type { Guess } from '../network/classifier.js';
import type { LoadedNetwork } from '../network/load.js';
import { chosenClass } from './chosen-class.js';
import { type Drawn, drawGrid, drawHeat, imageOf } from './draw.js';
import { gradientBy } from './gradient.js';

/** What was found, and pictures of it. */
export interface Explanation {
  readonly guess?: Guess;
  readonly drawn: Drawn;
  /** Facts of the method, for JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The same in words. */
  readonly note: string;
}

export interface ExplainOptions {
  readonly network: LoadedNetwork;
  /** Prepared with the layer as a tap. */
  readonly session: Session;
  readonly picture: Image;
  readonly layer: AnyNode;
  readonly wantedClass?: string | undefined;
  readonly opacity: number;
}

interface Seen {
  readonly input: Float32Tensor;
  readonly guess: Guess;
  readonly map: Float32Tensor | undefined;
}

async function look({ network, session, picture, layer, wantedClass }: ExplainOptions): Promise<Seen> {
  const { data, shape } = preprocess(picture, network.preset);
  const input = float32Tensor([1, ...shape], data);
  const { output, taps } = await session.run(input);
  const probabilities = probabilitiesOf(output.data, network.outputs);
  return { input, guess: chosenClass(probabilities, network.labels, wantedClass), map: taps[layer.path] };
}

function heatOver({ picture, network, opacity }: ExplainOptions, map: HeatMap, fromZero: boolean): Drawn {
  return drawHeat(picture, normalised(map, { fromZero }), viewOf(network.preset, picture), opacity);
}

/** Grad-CAM; `backendOf` is asked where the gradient has no closed form. */
export async function explainByGradCam(
  options: ExplainOptions,
  backendOf: () => Promise<TfjsBackend>,
): Promise<Explanation> {
  const { network, session, layer } = options;
  const { input, guess } = await look(options);
  const graph = logitsOf(network.graph);
  const { params } = network;
  const { map, gradient } = await gradCam({
    session,
    input,
    graph,
    params,
    layer: layer.path,
    ...logitFor(graph, guess.index),
    gradientOf: gradientBy(backendOf, graph, params, input),
  });
  const how = gradient === 'closed-form' ? 'gradient in closed form' : 'gradient by a backward pass';
  return { guess, drawn: heatOver(options, map, true), facts: { gradient }, note: how };
}

export interface PatchOptions {
  readonly patch?: number | undefined;
  readonly stride?: number | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Occlusion sensitivity: by default a patch of a seventh of the shorter side, moved by half of it. */
export async function explainByOcclusion(options: ExplainOptions, wishes: PatchOptions): Promise<Explanation> {
  const { network, session } = options;
  const { input, guess } = await look(options);
  const [, height = 1, width = 1] = input.shape;
  const usual = usualPatch({ height, width }, wishes.patch);
  const { patch, stride } = { ...usual, ...(wishes.stride !== undefined && { stride: wishes.stride }) };
  const { drops, map } = await occlusion({
    session,
    input,
    patch,
    stride,
    fill: greyOf(network.preset),
    score: (outputs) => probabilitiesOf(outputs, network.outputs)[guess.index] ?? 0,
    ...(wishes.onProgress !== undefined && { onProgress: wishes.onProgress }),
  }).catch((cause: unknown) => {
    // The patch and its stride are the user's.
    if (!(cause instanceof InterpretError)) throw cause;
    throw new UsageError('bad-option', cause.message, { cause });
  });
  const largest = drops.values.reduce((most, drop) => Math.max(most, drop), 0);
  return {
    guess,
    drawn: heatOver(options, map, true),
    facts: { patch, stride, places: drops.values.length, largestDrop: largest },
    note: `patch of ${patch} every ${stride} pixels, ${drops.values.length} places; the probability falls by up to ${(100 * largest).toFixed(1)} points`,
  };
}

/** The channels of a layer, the strongest where there are more than `most`. */
export async function explainByFeatureMaps(options: ExplainOptions, most: number): Promise<Explanation> {
  const { guess, map } = await look(options);
  if (map === undefined) throw new RangeError(`the tap ${options.layer.path} is missing`);
  const maps = featureMaps(map, { most });
  const colours = viridis();
  const sheet = drawGrid(maps.map((each) => imageOf(coloured(each.map, colours))));
  const all = map.shape.at(-1) ?? 0;
  return {
    guess,
    drawn: { ...heatOver(options, meanActivation(map), false), sheet },
    facts: { channels: maps.map(({ channel }) => channel) },
    note: maps.length < all ? `the ${maps.length} strongest of ${all} channels` : `${all} channels, in order`,
  };
}

/** The kernels of a convolution: no picture is needed. */
export function explainByFilters(
  { graph, preset }: Pick<LoadedNetwork, 'graph' | 'preset'>,
  params: Parameters,
  layer: AnyNode,
  most: number,
): Explanation {
  const kernel = params.get(paramOf(layer, 'kernel')?.path ?? '');
  if (kernel === undefined) throw new RangeError(`${layer.path} has no kernel`);
  const { pictures, colour, rows, outputs, columns, inputs } = kernelSheet(graph, layer, kernel, {
    order: preset.normalise.channelOrder,
    most,
  });
  const single = columns === 1;
  const sheet = drawGrid(pictures.map(imageOf), single ? undefined : columns);
  const facts = { shown: rows, of: outputs, ...(!colour && { inputs: columns, ofInputs: inputs }) };
  const what = single
    ? `${rows} of ${outputs} kernels${colour ? ' in colour' : ''}`
    : `${rows} of ${outputs} kernels down, ${columns} of ${inputs} input channels across`;
  return { drawn: { sheet }, facts, note: `${what}, grey is zero` };
}
