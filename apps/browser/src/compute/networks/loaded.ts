import { analyse, inferenceMemory } from '@convzoo/cost-analysis';
import { type Graph, inputOf, outputOf, type Parameters, sizeOf } from '@convzoo/layers';
import { labelsFor, type Preset } from '@convzoo/preprocessing';
import { classesOf, type OutputKind, outputKindOf } from '@convzoo/runtime';
import { AppError } from '../../errors/app-error.js';
import type { NetworkInfo } from './info.js';

/** A network with its weights, and how pictures become its input and its output names. Stays in the worker. */
export interface LoadedNetwork {
  readonly info: NetworkInfo;
  readonly graph: Graph;
  readonly params: Parameters;
  readonly preset: Preset;
  readonly labels: readonly string[];
  readonly outputs: OutputKind;
}

export interface LoadedParts {
  readonly key: string;
  readonly name: string;
  readonly origin: string;
  readonly notes?: readonly string[];
  readonly graph: Graph;
  readonly params: Parameters;
  readonly preset: Preset;
  readonly top1?: number | undefined;
}

export async function loadedNetwork({ graph, params, preset, ...facts }: LoadedParts): Promise<LoadedNetwork> {
  const { shape } = inputOf(graph);
  if (shape.length !== 3) {
    throw new AppError('no-picture-input', `${facts.name} takes a vector of ${shape[0]} numbers, and no pictures.`);
  }
  const classes = classesOf(sizeOf(outputOf(graph).shape));
  const { total } = analyse(graph);
  return {
    graph,
    params,
    preset,
    labels: await labelsFor(classes, shape[0] ?? 0),
    outputs: outputKindOf(graph),
    info: {
      key: facts.key,
      name: facts.name,
      origin: facts.origin,
      notes: facts.notes ?? [],
      input: shape,
      classes,
      preset: preset.name,
      top1: facts.top1,
      cost: {
        params: total.params,
        macs: total.macs,
        weightBytes: total.weightBytes,
        peakBytes: inferenceMemory(graph).peakBytes,
      },
    },
  };
}
