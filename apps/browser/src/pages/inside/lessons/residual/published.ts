import { publishedRows } from '@convzoo/cost-analysis/published';

/** A residual network for CIFAR-10 as its paper reports it. */
export interface PublishedDepth {
  readonly name: string;
  readonly layers: number;
  /** Percent of the test pictures. */
  readonly error: number;
  readonly where: string;
}

/** Table 6 of the paper, as far as the repository's reference data has it (`fixtures/reference/published.json`). */
export function publishedDepths(): readonly PublishedDepth[] {
  return publishedRows().flatMap(({ source, name, top1, where }) => {
    const layers = /^ResNet-(\d+) \(CIFAR-10\)$/.exec(name)?.[1];
    if (source !== 'paper' || layers === undefined || top1 === null) return [];
    // The paper prints errors; as decimal digits, without those of the subtraction.
    return [{ name, layers: Number(layers), error: Number((100 - top1).toFixed(2)), where }];
  });
}
