import { gradCam, headGradient, logitFor, logitsOf, normalised, occlusion, usualPatch } from '@convzoo/interpret';
import { type Float32Tensor, float32Tensor } from '@convzoo/layers';
import { greyOf, preprocess } from '@convzoo/preprocessing';
import { probabilitiesOf } from '@convzoo/runtime';
import type { BackendWish } from '../../../compute/backends/types.js';
import type { ComputeContext, Ran } from '../../../compute/context.js';
import { type Guess, topGuesses } from '../../../compute/networks/guesses.js';
import type { LoadedNetwork } from '../../../compute/networks/loaded.js';
import type { NetworkSource } from '../../../compute/networks/source.js';
import type { PictureRef } from '../../../compute/pictures.js';
import type { Call } from '../../../compute/rpc/protocol.js';
import { gradientBy } from './gradient.js';

/** A network, a picture, and who computes. */
export interface SeenInput {
  readonly network: NetworkSource;
  readonly picture: PictureRef;
  readonly backend: BackendWish;
}

/** Numbers over the network's input, row by row. */
export interface Heat {
  readonly height: number;
  readonly width: number;
  /** As the method computes them. */
  readonly values: Float32Array;
  /** From 0, which means nothing, to 1. */
  readonly shown: Float32Array;
}

export interface GradCamInput extends SeenInput {
  readonly layer: string;
  /** The most probable where undefined. */
  readonly classIndex: number | undefined;
  /** Whether a backward pass is computed where the gradient has no closed form: tfjs is fetched for it. */
  readonly backward: boolean;
}

export type GradCamAnswer =
  | { readonly kind: 'heat'; readonly guess: Guess; readonly heat: Heat; readonly gradient: 'closed-form' | 'backward' }
  /** The gradient has no closed form at this layer, and no backward pass was allowed. */
  | { readonly kind: 'needs-backward'; readonly guess: Guess };

export interface OcclusionInput extends SeenInput {
  readonly classIndex: number | undefined;
  /** Side of the patch in pixels of the network's input; a seventh of the shorter side where undefined. */
  readonly patch: number | undefined;
}

export interface OcclusionProgress {
  readonly done: number;
  readonly total: number;
}

export interface OcclusionAnswer {
  readonly guess: Guess;
  readonly heat: Heat;
  readonly patch: number;
  readonly stride: number;
  readonly places: number;
  /** By how much the probability fell at most. */
  readonly largestDrop: number;
}

/** A network with a picture as its input. */
export interface Seen {
  readonly network: LoadedNetwork;
  readonly input: Float32Tensor;
}

export async function seen(context: ComputeContext, asked: SeenInput, signal: AbortSignal): Promise<Seen> {
  const [network, { image }] = await Promise.all([
    context.networks.load(asked.network, { signal }),
    context.pictures.decode(asked.picture),
  ]);
  const { data, shape } = preprocess(image, network.preset);
  return { network, input: float32Tensor([1, ...shape], data) };
}

/** The class that is asked about, or the most probable. */
function guessOf({ labels, outputs }: LoadedNetwork, { output }: Ran, classIndex: number | undefined): Guess {
  const probabilities = probabilitiesOf(output.data, outputs);
  const all = topGuesses(probabilities, labels, probabilities.length);
  const guess = all.find(({ index }) => index === classIndex) ?? all[0];
  if (guess === undefined) throw new RangeError('the network has no classes');
  return guess;
}

const heatOf = ({ height, width, values }: Omit<Heat, 'shown'>): Heat => ({
  height,
  width,
  values,
  shown: normalised({ height, width, values }, { fromZero: true }).values,
});

export async function explainByGradCam(
  context: ComputeContext,
  asked: GradCamInput,
  { signal }: Call,
): Promise<GradCamAnswer> {
  const { network, input } = await seen(context, asked, signal);
  const { params } = network;
  const { layer } = asked;
  const ran = await context.run(network, asked.backend, input, [layer]);
  const guess = guessOf(network, ran, asked.classIndex);
  const graph = logitsOf(network.graph);
  const logit = logitFor(graph, guess.index);
  if (!asked.backward && headGradient(graph, params, layer, logit.classIndex) === undefined) {
    return { kind: 'needs-backward', guess };
  }
  signal.throwIfAborted();
  const { map, gradient } = await gradCam({
    // It has run already.
    session: { run: async () => ran },
    input,
    graph,
    params,
    layer,
    ...logit,
    gradientOf: gradientBy(context, graph, params, input),
  });
  return { kind: 'heat', guess, heat: heatOf(map), gradient };
}

export async function explainByOcclusion(
  context: ComputeContext,
  asked: OcclusionInput,
  { signal, progress }: Call<OcclusionProgress>,
): Promise<OcclusionAnswer> {
  const { network, input } = await seen(context, asked, signal);
  const { preset, outputs } = network;
  const run = (pictures: Float32Tensor): Promise<Ran> => context.run(network, asked.backend, pictures);
  const guess = guessOf(network, await run(input), asked.classIndex);
  const [, height = 1, width = 1] = input.shape;
  const { patch, stride } = usualPatch({ height, width }, asked.patch);
  const { drops, map } = await occlusion({
    session: { run },
    input,
    patch,
    stride,
    fill: greyOf(preset),
    score: (values) => probabilitiesOf(values, outputs)[guess.index] ?? 0,
    signal,
    onProgress: (done, total) => {
      progress({ done, total });
      return messages();
    },
  });
  const largestDrop = drops.values.reduce((most, drop) => Math.max(most, drop), 0);
  return { guess, heat: heatOf(map), patch, stride, places: drops.values.length, largestDrop };
}

/** Lets messages in, such as the one that nobody wants the answer any more. */
const messages = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
