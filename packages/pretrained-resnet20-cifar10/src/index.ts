/** Name of the network in `@convzoo/zoo`. */
export const model = 'resnet20-cifar10';

/** The weights: safetensors, torchvision's names and layout, float32. Read it in Node, fetch it in a page. */
export const weightsUrl = new URL('../weights.safetensors', import.meta.url);

/** The card, a {@link Card} as JSON. */
export const cardUrl = new URL('../card.json', import.meta.url);

/** One epoch of the training. Accuracies are shares of 1. */
export interface CardEpoch {
  /** From 0. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** Over the augmented pictures, while the network was still changing. */
  readonly trainAccuracy: number;
  /** Over the whole test set, after the epoch. It chose nothing: the weights are those of the last epoch. */
  readonly testAccuracy: number;
  readonly seconds: number;
}

/** Where the weights come from and what they are worth. */
export interface Card {
  readonly model: string;
  /** Preset of `@convzoo/preprocessing` that the network expects. */
  readonly preset: string;
  readonly classes: readonly string[];
  readonly weights: { readonly file: string; readonly bytes: number; readonly sha256: string };
  readonly data: {
    readonly file: string;
    readonly sha256: string;
    readonly train: number;
    readonly test: number;
  };
  readonly accuracy: { readonly top1: number; readonly correct: number; readonly of: number };
  /** Everything that decides the result. */
  readonly recipe: Readonly<Record<string, string | number | boolean>>;
  /** Makes the weights again. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly history: readonly CardEpoch[];
}
