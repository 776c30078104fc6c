import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';

const block = 'trunk_output.block{s:1}.block{s:1}-{b:0}';

/** A convolution and its norm: `0` and `1` here, `conv` and `bn` there. */
const unit = (ours: string, theirs: string): readonly NamePair[] => [
  [`${ours}.0`, `${theirs}.conv`],
  [`${ours}.1`, `${theirs}.bn`],
];

/** timm counts blocks from 1. */
export const timmRegNet: FamilyNames = {
  family: 'RegNet',
  modules: [
    ...unit('stem', 'stem'),
    ...unit(`${block}.proj`, 's{s:1}.b{b:1}.downsample'),
    ...unit(`${block}.f.a`, 's{s:1}.b{b:1}.conv1'),
    ...unit(`${block}.f.b`, 's{s:1}.b{b:1}.conv2'),
    ...unit(`${block}.f.c`, 's{s:1}.b{b:1}.conv3'),
    [`${block}.f.se.fc{i:1}`, 's{s:1}.b{b:1}.se.fc{i:1}'],
    ['fc', 'head.fc'],
  ],
};
