import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';

const poolBranch = 'branch_pool';
const numbered = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${name}_${i + 1}`);
const double3x3 = numbered('branch3x3dbl', 3);

/** Units of each kind of module, in the order in which Keras and torchvision construct them. */
const A = ['branch1x1', ...numbered('branch5x5', 2), ...double3x3, poolBranch];
const B = ['branch3x3', ...double3x3];
const C = ['branch1x1', ...numbered('branch7x7', 3), ...numbered('branch7x7dbl', 5), poolBranch];
const D = [...numbered('branch3x3', 2), ...numbered('branch7x7x3', 4)];
const E = [
  'branch1x1',
  'branch3x3_1',
  'branch3x3_2a',
  'branch3x3_2b',
  ...numbered('branch3x3dbl', 2),
  'branch3x3dbl_3a',
  'branch3x3dbl_3b',
  poolBranch,
];

const STEM = ['Conv2d_1a_3x3', 'Conv2d_2a_3x3', 'Conv2d_2b_3x3', 'Conv2d_3b_1x1', 'Conv2d_4a_3x3'];
const MODULES: Readonly<Record<string, readonly string[]>> = {
  Mixed_5b: A,
  Mixed_5c: A,
  Mixed_5d: A,
  Mixed_6a: B,
  Mixed_6b: C,
  Mixed_6c: C,
  Mixed_6d: C,
  Mixed_6e: C,
  Mixed_7a: D,
  Mixed_7b: E,
  Mixed_7c: E,
};

const units = [...STEM, ...Object.entries(MODULES).flatMap(([module, names]) => names.map((n) => `${module}.${n}`))];

/** Keras names no convolution of Inception v3, so it numbers all 94 in the order of construction. */
export const kerasInceptionV3: FamilyNames = {
  family: 'Inception v3',
  modules: [
    ...units.flatMap((unit, i): NamePair[] => {
      const number = i === 0 ? '' : `_${i}`;
      return [
        [`${unit}.conv`, `conv2d${number}`],
        [`${unit}.bn`, `batch_normalization${number}`],
      ];
    }),
    ['fc', 'predictions'],
  ],
};
