import { type KernelSheet, kernelSheet } from '@convzoo/interpret';
import { paramOf } from '@convzoo/layers';
import { type View, viewOf } from '@convzoo/preprocessing';
import { probabilitiesOf } from '@convzoo/runtime';
import type { BackendInfo } from '../../compute/backends/types.js';
import type { ComputeContext } from '../../compute/context.js';
import { type Guess, topGuesses } from '../../compute/networks/guesses.js';
import type { LoadProgress } from '../../compute/networks/networks.js';
import type { NetworkSource } from '../../compute/networks/source.js';
import type { PictureRef } from '../../compute/pictures.js';
import { type Call, transferring } from '../../compute/rpc/protocol.js';
import type { InsideSource } from './source.js';
import { Architectures } from './worker/architectures.js';
import {
  explainByGradCam,
  explainByOcclusion,
  type GradCamAnswer,
  type GradCamInput,
  type OcclusionAnswer,
  type OcclusionInput,
  type OcclusionProgress,
  type SeenInput,
  seen,
} from './worker/explain.js';
import { factsOf, type NetworkFacts } from './worker/facts.js';
import { buffersOf, type LayerResult, layerResult } from './worker/maps.js';
import { type ArchitecturePicture, pictureOf } from './worker/picture.js';

export interface LookInput extends SeenInput {
  readonly layer: string;
  /** The most channels that are wanted; the strongest. */
  readonly most: number;
}

/** What a network answers, and one of its layers. */
export interface LookAnswer {
  readonly guesses: readonly Guess[];
  readonly result: LayerResult;
  readonly backend: BackendInfo;
  readonly milliseconds: number;
}

/** Where the network's input lies on a picture. */
export interface ViewAnswer {
  /** Of the picture, in pixels. */
  readonly height: number;
  readonly width: number;
  /** What the network sees of it. */
  readonly view: View;
}

/** Guesses that are listed. */
const GUESSES = 5;

/** What the page "Look inside" has computed in the worker. */
export function createService(context: ComputeContext) {
  const { networks, pictures } = context;
  const architectures = new Architectures(context);
  return {
    /** Names of every network of the zoo. */
    async names(): Promise<readonly string[]> {
      return (await import('@convzoo/zoo')).modelNames;
    },

    /** What is known without weights, where the architecture is. */
    async facts(source: InsideSource, { signal }: Call): Promise<NetworkFacts> {
      return factsOf(await architectures.of(source, signal));
    },

    async picture(
      { source, expanded }: { source: InsideSource; expanded: readonly string[] },
      { signal }: Call,
    ): Promise<ArchitecturePicture> {
      return pictureOf((await architectures.of(source, signal)).graph, expanded);
    },

    /** Where the input lies on a picture: for receptive fields, which need no weights. */
    async view(
      { source, picture }: { source: InsideSource; picture: PictureRef },
      { signal }: Call,
    ): Promise<ViewAnswer> {
      const [{ preset }, { image }] = await Promise.all([architectures.of(source, signal), pictures.decode(picture)]);
      const { height, width } = image;
      return { height, width, view: viewOf(preset, image) };
    },

    /** Loads the weights; gives the names of the classes. */
    async open(source: NetworkSource, { signal, progress }: Call<LoadProgress>): Promise<readonly string[]> {
      return (await networks.load(source, { signal, onProgress: progress })).labels;
    },

    /** @throws what loading, decoding and running throw */
    async look(asked: LookInput, { signal }: Call): Promise<LookAnswer> {
      const { network, input } = await seen(context, asked, signal);
      signal.throwIfAborted();
      const { output, taps, backend, milliseconds } = await context.run(network, asked.backend, input, [asked.layer]);
      const tapped = taps[asked.layer];
      if (tapped === undefined) throw new RangeError(`the tap ${asked.layer} is missing`);
      const guesses = topGuesses(probabilitiesOf(output.data, network.outputs), network.labels, GUESSES);
      const result = layerResult(tapped, asked.most);
      return transferring({ guesses, result, backend, milliseconds }, buffersOf(result) as ArrayBuffer[]);
    },

    /** @throws InterpretError `not-a-map`; TrainingError `no-gradient` */
    gradCam: (asked: GradCamInput, call: Call): Promise<GradCamAnswer> => explainByGradCam(context, asked, call),

    /** @throws InterpretError `wrong-options` */
    occlusion: (asked: OcclusionInput, call: Call<OcclusionProgress>): Promise<OcclusionAnswer> =>
      explainByOcclusion(context, asked, call),

    /** The kernels of a convolution; undefined for another layer. */
    async kernels(
      { network, layer, most }: { network: NetworkSource; layer: string; most: number },
      { signal }: Call,
    ): Promise<KernelSheet | undefined> {
      const { graph, params, preset } = await networks.load(network, { signal });
      const node = graph.nodes.find(({ path }) => path === layer);
      const kernel = node === undefined ? undefined : params.get(paramOf(node, 'kernel')?.path ?? '');
      if (kernel === undefined || node?.op !== 'conv2d') return undefined;
      return kernelSheet(graph, node, kernel, { order: preset.normalise.channelOrder, most });
    },
  };
}
