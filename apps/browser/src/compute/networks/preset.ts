import { type Graph, inputOf } from '@convzoo/layers';
import type { PresetName } from '@convzoo/preprocessing';

/** Sides up to which pictures are taken for CIFAR's. */
const SMALL = 64;

/** A guess for an architecture of the user's own, since no file says what pictures it was trained on. */
export function assumedPreset(graph: Graph): PresetName {
  const { shape, id } = inputOf(graph);
  const [height = 0, , channelCount] = shape;
  if (channelCount === 1) return 'mnist';
  const rescales = graph.nodes.some(({ op, inputs }) => op === 'rescale' && inputs[0] === id);
  if (height <= SMALL) return 'cifar10-raw';
  return rescales ? 'imagenet-raw' : 'imagenet-tf-inception';
}
