/** One network in a comparison. */
export interface NetworkPoint {
  readonly model: string;
  readonly family: string;
  /** For one example. */
  readonly macs: number;
  readonly params: number;
  /** Bytes of weights and of activations at their peak, for one example. */
  readonly memory: number;
  /** ImageNet top-1 accuracy in percent, as published. */
  readonly top1: number;
  /** Who published the accuracy, e.g. `torchvision IMAGENET1K_V1`. */
  readonly source: string;
}

/** A network at another width or input than a point, and from where it moved there. */
export interface MovedPoint extends NetworkPoint {
  readonly from: NetworkPoint;
  /** Whether `top1` is published for exactly this; where not, it is that of `from`, and the point is hollow. */
  readonly known: boolean;
}

export const costAxes = {
  macs: { title: 'Multiply-accumulates', format: '~s' },
  params: { title: 'Parameters', format: '~s' },
  memory: { title: 'Memory (weights and peak of activations, bytes)', format: '~s' },
} as const satisfies Record<string, { readonly title: string; readonly format: string }>;

export type CostAxis = keyof typeof costAxes;
