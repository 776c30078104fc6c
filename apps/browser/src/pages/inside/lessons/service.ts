import type { ComputeContext } from '../../../compute/context.js';
import type { Call } from '../../../compute/rpc/protocol.js';
import { AppError } from '../../../errors/app-error.js';
import type { Convolution } from './convolution/clock.js';
import {
  type ConvolutionCost,
  convolutionCost,
  type MobileNetLayers,
  mobileNetLayers,
  type SmallKernels,
  smallKernelCost,
} from './convolution/cost.js';
import { type BlockKind, type BlockPair, blockPair } from './residual/block.js';
import { type CutAnswer, type CutInput, cutAnswer } from './residual/cut.js';
import { type PublishedDepth, publishedDepths } from './residual/published.js';
import { type SignalPair, type SignalsInput, signalPair } from './residual/signals.js';
import { type TrainingProgress, train } from './residual/training.js';

/** What the lessons have computed in the worker. */
export function createService(context: ComputeContext) {
  return {
    convolution: (input: Convolution): ConvolutionCost => convolutionCost(input),
    mobileNet: (): MobileNetLayers => mobileNetLayers(),
    smallKernels: (input: { readonly count: 2 | 3; readonly channels: number }): SmallKernels => smallKernelCost(input),
    block: (kind: BlockKind): BlockPair => blockPair(kind),
    published: (): readonly PublishedDepth[] => publishedDepths(),
    cut: (input: CutInput, { signal }: Call): Promise<CutAnswer> => cutAnswer(context, input, signal),

    /** Whoever drags a slider gives up all but the last: those that wait are told so before they start. */
    async signals(input: SignalsInput, { signal }: Call): Promise<SignalPair> {
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) throw new AppError('aborted', 'The page wants other signals by now.');
      return signalPair(input);
    },

    /** Trains the four networks of the lesson; each step is told. */
    async train(input: { readonly seed: number }, { signal, progress }: Call<TrainingProgress>): Promise<void> {
      for await (const state of train(input.seed, signal)) progress(state);
    },
  };
}
