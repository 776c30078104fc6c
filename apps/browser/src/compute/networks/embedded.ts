import { presets } from '@convzoo/preprocessing';
import weightsUrl from '@convzoo/pretrained-resnet20-cifar10/weights.safetensors?url';
import { bindWeights, openWeights } from '@convzoo/weights';
import { cifarResNet } from '@convzoo/zoo/cifar-resnet';
import { AppError } from '../../errors/app-error.js';
import { type LoadedNetwork, loadedNetwork } from './loaded.js';

/** What the catalogue says of the network that comes with the page, without the catalogue: a test compares them. */
const embedded = {
  name: 'convzoo/resnet20-cifar10',
  model: 'resnet20-cifar10',
  preset: 'cifar10',
  top1: 87.38,
} as const;

export async function loadEmbedded(key: string): Promise<LoadedNetwork> {
  const response = await fetch(weightsUrl);
  if (!response.ok) {
    throw new AppError('no-weights', `The weights that come with the page answered ${response.status}.`);
  }
  const file = await openWeights(await response.arrayBuffer());
  // Of the zoo only this family: the others are fetched when they are asked for.
  const graph = cifarResNet({ depth: 20, shortcut: 'A' });
  const { params } = await bindWeights(graph, file, { finite: true });
  const { name, top1, preset } = embedded;
  return loadedNetwork({ key, name, origin: name, graph, params, preset: presets[preset], top1 });
}
