import { float32Tensor } from '@convzoo/layers';
import { type Image, runImageStages, stagesOf } from '@convzoo/preprocessing';
import { probabilitiesOf } from '@convzoo/runtime';
import type { BackendInfo, BackendWish, Measurement } from '../../compute/backends/types.js';
import type { ComputeContext } from '../../compute/context.js';
import { type Guess, topGuesses } from '../../compute/networks/guesses.js';
import type { NetworkInfo } from '../../compute/networks/info.js';
import type { LoadProgress } from '../../compute/networks/networks.js';
import type { NetworkSource } from '../../compute/networks/source.js';
import type { PictureRef } from '../../compute/pictures.js';
import { type Call, transferring } from '../../compute/rpc/protocol.js';

export interface ClassifyInput {
  readonly network: NetworkSource;
  readonly picture: PictureRef;
  readonly backend: BackendWish;
  /** How many classes. */
  readonly top: number;
}

/** Milliseconds. */
export interface ClassifyTimes {
  readonly decode: number;
  readonly preprocess: number;
  readonly network: number;
}

export interface ClassifyAnswer {
  readonly network: NetworkInfo;
  /** The picture after resize and crop, as the network gets it. */
  readonly seen: Image;
  readonly guesses: readonly Guess[];
  readonly times: ClassifyTimes;
  readonly backend: BackendInfo;
}

/** A row of the catalogue, as the page lists it. */
export interface PublishedWeights {
  readonly name: string;
  /** The network, as this project calls it. */
  readonly model: string;
  readonly bytes: number | undefined;
  readonly params: number;
  /** Percent. */
  readonly top1: number | undefined;
  /** Where it would be downloaded from. */
  readonly host: string;
}

/** What the page "Classify" has computed in the worker. */
export function createService(context: ComputeContext) {
  const { networks, pictures, choice } = context;
  return {
    /** A network's facts; loads it where it is not there yet. */
    async open(source: NetworkSource, { signal, progress }: Call<LoadProgress>): Promise<NetworkInfo> {
      return (await networks.load(source, { signal, onProgress: progress })).info;
    },

    /** @throws what loading, decoding and running throw */
    async classify(input: ClassifyInput, { signal }: Call): Promise<ClassifyAnswer> {
      const [network, picture] = await Promise.all([
        networks.load(input.network, { signal }),
        pictures.decode(input.picture),
      ]);
      const start = performance.now();
      // The stages of `preprocess`, so that what it sees can be shown.
      const stages = stagesOf(network.preset);
      const seen = runImageStages(picture.image, stages.image);
      const { data, shape } = stages.tensor.apply(seen);
      const preprocessed = performance.now() - start;
      const ran = await context.run(network, input.backend, float32Tensor([1, ...shape], data));
      const probabilities = probabilitiesOf(ran.output.data, network.outputs);
      const answer: ClassifyAnswer = {
        network: network.info,
        // A copy: where nothing was resized it is the kept picture itself.
        seen: { ...seen, data: seen.data.slice() },
        guesses: topGuesses(probabilities, network.labels, input.top),
        times: { decode: picture.milliseconds, preprocess: preprocessed, network: ran.milliseconds },
        backend: ran.backend,
      };
      return transferring(answer, [answer.seen.data.buffer]);
    },

    /** Every published file of weights, those that come from elsewhere. */
    async catalogue(): Promise<readonly PublishedWeights[]> {
      const [{ pretrainedWeights }, { locate }, { resolveModel }] = await Promise.all([
        import('@convzoo/zoo/pretrained'),
        import('@convzoo/hub'),
        import('@convzoo/zoo'),
      ]);
      return pretrainedWeights()
        .filter(({ location }) => !location.startsWith('npm:'))
        .map(({ name, model, dialect, bytes, mebibytes, params, top1, location }) => ({
          name,
          model: resolveModel(model, { dialect }).name,
          bytes: bytes ?? (mebibytes === undefined ? undefined : mebibytes * 2 ** 20),
          params,
          top1,
          host: new URL(locate(location).url).host,
        }));
    },

    /** Measures every backend on a network; afterwards `auto` takes the fastest. */
    async trial(source: NetworkSource, { signal, progress }: Call<readonly Measurement[]>) {
      const network = await networks.load(source, { signal });
      return context.exclusively(() => choice.trial(network, progress));
    },
  };
}
