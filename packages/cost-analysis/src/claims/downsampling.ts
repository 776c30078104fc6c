import { Builder, type Graph } from '@convzoo/layers';
import { analyse } from '../analyse.js';
import type { Claim, ClaimNumber } from './claim.js';

/** Layers, those of them that halve the maps, channels and input of the networks that are compared. */
const LAYERS = 12;
const CHANNELS = 64;
const INPUT = 128;

/** Which layers have stride 2. */
const PLACES = {
  early: [1, 2, 3, 4],
  even: [1, 4, 7, 10],
  late: [8, 9, 10, 11],
} as const;

function network(strided: readonly number[]): Graph {
  const nn = new Builder('downsampling');
  let x = nn.conv2d(nn.input([INPUT, INPUT, 3]), { name: 'conv0', out: CHANNELS, kernel: 3 });
  for (let i = 1; i < LAYERS; i++) {
    x = nn.conv2d(x, { name: `conv${i}`, out: CHANNELS, kernel: 3, stride: strided.includes(i) ? 2 : 1 });
  }
  return nn.graph(nn.dense(nn.globalAvgPool(x), { name: 'fc', units: 10 }));
}

/** MACs of a layer are proportional to the positions of its result. */
function formulaMacs(strided: readonly number[]): number {
  let size = INPUT;
  let macs = INPUT ** 2 * 27 * CHANNELS + CHANNELS * 10;
  for (let i = 1; i < LAYERS; i++) {
    if (strided.includes(i)) size /= 2;
    macs += size ** 2 * 9 * CHANNELS ** 2;
  }
  return macs;
}

/** Where a network halves its maps decides its work and its memory, not its parameters. */
export function downsampling(): Claim {
  const numbers = Object.entries(PLACES).flatMap(([name, strided]): readonly ClaimNumber[] => {
    const { total } = analyse(network(strided));
    return [
      { label: name, value: total.params, unit: 'parameters', formula: 27 * 64 + 11 * 9 * 64 ** 2 + 650 },
      { label: name, value: total.macs, unit: 'MACs', formula: formulaMacs(strided) },
      { label: name, value: total.activations, unit: 'elements' },
    ];
  });
  return {
    name: 'downsampling',
    claim:
      'At equal parameters a network that halves its maps late has large maps in most layers, which costs many times the work ' +
      'and the activations of one that halves early.',
    derivation: [
      `${LAYERS} convolutions of 3x3 with ${CHANNELS} channels on ${INPUT}x${INPUT}, 4 of them with stride 2, then a global mean.`,
      'Weights do not depend on strides: all three have the same parameters.',
      'A layer works on the positions of its result, and each stride 2 before or in it divides them by 4.',
      'Strides in layers 1-4 (early), in each third (even), in the last four (late); SqueezeNet argues for late.',
    ],
    numbers,
    source:
      'Iandola et al. 2016, section 3.1, strategy 3 (arXiv 1602.07360); He and Sun, Convolutional Neural Networks at ' +
      'Constrained Time Cost, 2014 (arXiv 1412.1710)',
  };
}
