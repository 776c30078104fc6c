import { fileURLToPath } from 'node:url';
import { model, weightsUrl } from '@convzoo/pretrained-resnet20-cifar10';

/** The network that comes with the app. */
export const embedded = {
  package: '@convzoo/pretrained-resnet20-cifar10',
  model,
  weightsPath: fileURLToPath(weightsUrl),
} as const;

export const DEFAULT_MODEL = embedded.model;
