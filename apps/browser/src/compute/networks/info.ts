/** What the page shows of a network: plain data. */
export interface NetworkInfo {
  /** One text for each network: see `sourceKey`. */
  readonly key: string;
  /** What to call it: `resnet20-cifar10`. */
  readonly name: string;
  /** Where its weights come from, and what was found out or assumed about them. */
  readonly origin: string;
  readonly notes: readonly string[];
  /** `[height, width, channels]` */
  readonly input: readonly number[];
  readonly classes: number;
  readonly preset: string;
  /** Percent, as published with the weights. */
  readonly top1: number | undefined;
  readonly cost: NetworkCost;
}

/** For one picture. */
export interface NetworkCost {
  readonly params: number;
  readonly macs: number;
  readonly weightBytes: number;
  /** The least memory for weights and activations. */
  readonly peakBytes: number;
}
