import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';
import { inStages } from '../stages.js';

interface Size {
  readonly name: string;
  /** Blocks of each stage, as timm groups them. */
  readonly stages: readonly number[];
  /** Blocks with squeeze and excitation, counted through from 0. */
  readonly squeezed: readonly number[];
}

const LARGE: Size = { name: 'large', stages: [1, 2, 3, 4, 2, 3], squeezed: [3, 4, 5, 10, 11, 12, 13, 14] };
const SMALL: Size = { name: 'small', stages: [1, 2, 3, 2, 3], squeezed: [0, 3, 4, 5, 6, 7, 8, 9, 10] };
const without = ({ name, stages }: Size): Size => ({ name: `${name} minimalistic`, stages, squeezed: [] });
const SIZES: readonly Size[] = [LARGE, SMALL, without(LARGE), without(SMALL)];

/** What a framework calls the parts of a block, each a path after the block's own. */
interface Parts {
  readonly expand: readonly [conv: string, norm: string];
  readonly depthwise: readonly [conv: string, norm: string];
  readonly squeeze: readonly [reduce: string, expand: string];
  readonly project: readonly [conv: string, norm: string];
}

/** Pairs of one block. Here parts are counted through: a first block has no expansion, not every block squeezes. */
function blockPairs(ours: string, theirs: string, parts: Parts, first: boolean, squeezed: boolean): NamePair[] {
  const pairs: NamePair[] = [];
  let index = 0;
  const next = (names: readonly [string, string], leaves: readonly [string, string]): void => {
    leaves.forEach((leaf, i) => {
      pairs.push([`${ours}.block.${index}.${leaf}`, `${theirs}${names[i]}`]);
    });
    index++;
  };
  if (!first) next(parts.expand, ['0', '1']);
  next(parts.depthwise, ['0', '1']);
  if (squeezed) next(parts.squeeze, ['fc1', 'fc2']);
  next(parts.project, ['0', '1']);
  return pairs;
}

const blocksOf = ({ stages }: Size): number => stages.reduce((sum, size) => sum + size, 0);

function inTimm(size: Size): FamilyNames {
  const { stages, squeezed } = size;
  const last = blocksOf(size) + 1;
  return {
    family: `MobileNet V3 ${size.name}`,
    modules: [
      ['features.0.0', 'conv_stem'],
      ['features.0.1', 'bn1'],
      ...inStages(stages).flatMap(([flat, stage, block]) => {
        // A block without an expansion numbers its norms from 1 all the same, and its projection is `conv_pw`.
        const parts: Parts = {
          expand: ['conv_pw', 'bn1'],
          depthwise: ['conv_dw', flat === 0 ? 'bn1' : 'bn2'],
          squeeze: ['se.conv_reduce', 'se.conv_expand'],
          project: flat === 0 ? ['conv_pw', 'bn2'] : ['conv_pwl', 'bn3'],
        };
        const theirs = `blocks.${stage}.${block}.`;
        return blockPairs(`features.${flat + 1}`, theirs, parts, flat === 0, squeezed.includes(flat));
      }),
      [`features.${last}.0`, `blocks.${stages.length}.0.conv`],
      [`features.${last}.1`, `blocks.${stages.length}.0.bn1`],
      ['classifier.0', 'conv_head'],
      ['classifier.3', 'classifier'],
    ],
    convolutions: ['classifier.0'],
  };
}

interface KerasSpelling {
  readonly version: string;
  /** Between the parts of a layer's name. */
  readonly separator: '/' | '_';
  readonly convolution: string;
  readonly norm: string;
  readonly logits: string;
}

/** Keras 3 took the slashes out of the names of layers. */
const SPELLINGS: readonly KerasSpelling[] = [
  { version: '', separator: '/', convolution: 'Conv', norm: 'BatchNorm', logits: 'Logits' },
  { version: ' of Keras 3', separator: '_', convolution: 'conv', norm: 'bn', logits: 'logits' },
];

function inKeras(size: Size, { version, separator, convolution, norm, logits }: KerasSpelling): FamilyNames {
  const pair = (name: string): readonly [string, string] => [name, `${name}${separator}${norm}`];
  const squeeze = `squeeze_excite${separator}${convolution}`;
  const parts: Parts = {
    expand: pair('expand'),
    depthwise: pair('depthwise'),
    squeeze: [squeeze, `${squeeze}_1`],
    project: pair('project'),
  };
  const blocks = blocksOf(size);
  const [stem, stemNorm] = pair(convolution);
  const [last, lastNorm] = pair(`${convolution}_1`);
  return {
    family: `MobileNet V3 ${size.name}${version}`,
    modules: [
      ['features.0.0', stem],
      ['features.0.1', stemNorm],
      ...Array.from({ length: blocks }, (_, i) => {
        const theirs = `expanded_conv${i === 0 ? '' : `_${i}`}${separator}`;
        return blockPairs(`features.${i + 1}`, theirs, parts, i === 0, size.squeezed.includes(i));
      }).flat(),
      [`features.${blocks + 1}.0`, last],
      [`features.${blocks + 1}.1`, lastNorm],
      ['classifier.0', `${convolution}_2`],
      ['classifier.3', logits],
    ],
    convolutions: ['classifier.0', 'classifier.3'],
  };
}

export const timmMobileNetV3: readonly FamilyNames[] = SIZES.map(inTimm);
export const kerasMobileNetV3: readonly FamilyNames[] = SPELLINGS.flatMap((spelling) =>
  SIZES.map((size) => inKeras(size, spelling)),
);
