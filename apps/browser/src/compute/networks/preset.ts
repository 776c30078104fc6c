import { type Graph, inputOf } from '@convzoo/layers';
import { type Channels, type Preset, type PresetName, presets } from '@convzoo/preprocessing';
import type { PretrainedWeights } from '@convzoo/zoo/pretrained';

/** The preprocessing that published weights were measured with; undefined where their publisher states none. */
export function presetOfWeights({ name, preprocessing, dialect }: PretrainedWeights): Preset | undefined {
  const { preset, mean, std, resize, crop, interpolation, squash = false } = preprocessing;
  if (resize === undefined || (dialect !== 'torchvision' && dialect !== 'timm') || name.startsWith('convzoo/'))
    return undefined;
  const own = channels(mean) && channels(std) ? { scale: 1 / 255, mean, std } : undefined;
  return {
    name: `of ${name}`,
    resize: squash ? { mode: 'exact', height: resize, width: resize } : { mode: 'shorter-side', size: resize },
    filter: interpolation,
    crop: { height: crop, width: crop },
    normalise: own ?? presets[preset].normalise,
  };
}

const channels = (values: readonly number[] | undefined): values is Channels => values?.length === 3;

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
