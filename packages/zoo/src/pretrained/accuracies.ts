import { type ResolvedModel, resolveModel } from '../resolve.js';
import type { PretrainedWeights } from './types.js';

/** An accuracy that somebody published. */
export interface Accuracy {
  /** Percent on ImageNet's validation pictures. */
  readonly top1: number;
  readonly top5?: number;
  /** Pixels a side that it was measured at. */
  readonly input: number;
  /** Name of the weights in the catalogue, which tells who published it: `torchvision/resnet50.imagenet1k_v2`. */
  readonly source: string;
  /** Whether these are the weights that the framework takes by itself. */
  readonly isDefault: boolean;
}

/** One text for each network in a dialect and width. */
export const accuracyKey = ({ name, dialect, options }: ResolvedModel): string =>
  `${dialect}/${name}@${options.width ?? 1}`;

/** What weights were published with, by network: the framework's own choice first, then by accuracy. */
export function accuraciesOf(weights: readonly PretrainedWeights[]): ReadonlyMap<string, readonly Accuracy[]> {
  const found = new Map<string, Accuracy[]>();
  for (const { name, model, dialect, input, classes, top1, top5, measuredAt, isDefault } of weights) {
    if (top1 === undefined || classes !== 1000) continue;
    const key = accuracyKey(resolveModel(model, { dialect }));
    const accuracy = {
      top1,
      ...(top5 !== undefined && { top5 }),
      input: measuredAt ?? input[0],
      source: name,
      isDefault,
    };
    found.set(key, [...(found.get(key) ?? []), accuracy]);
  }
  for (const list of found.values()) list.sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || b.top1 - a.top1);
  return found;
}
