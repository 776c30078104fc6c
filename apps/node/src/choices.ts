import type { CostAxis } from '@convzoo/charts';
import type { ConventionName, InPlaceOp } from '@convzoo/cost-analysis';
import type { ClaimName } from '@convzoo/cost-analysis/claims';

// The words that options take, for the parser and its help: they are known before the packages that they are from are
// loaded, and the compiler says where a list is not theirs.

/** The keys of a table that has to name every member of a union. */
const namesOf = <T extends string>(all: Readonly<Record<T, true>>): readonly T[] => Object.keys(all) as T[];

/** What `explain` can look at. */
export const methods = ['grad-cam', 'occlusion', 'feature-maps', 'filters'] as const;
export type Method = (typeof methods)[number];

/** How `features` writes vectors. */
export const formats = ['jsonl', 'npy'] as const;

/** What `graph` draws a box for. */
export const details = ['blocks', 'units', 'nodes'] as const;

/** What `compare` sorts by. */
export const sorts = ['given', 'name', 'params', 'macs', 'memory', 'top1'] as const;

/** Types that `cost` counts bytes of. */
export const dtypes = ['float32', 'float16', 'bfloat16', 'int8', 'float64'] as const;

/** Ops whose output may take the place of their input. */
export const inPlaceOps: readonly InPlaceOp[] = ['activation', 'add'];

export const conventionNames = namesOf<ConventionName>({
  convzoo: true,
  torchvision: true,
  fvcore: true,
  timm: true,
  thop: true,
  ptflops: true,
  keras: true,
  paper: true,
  'conv-only': true,
  'tf-slim': true,
  mxop: true,
  osmr: true,
});

export const costAxisNames = namesOf<CostAxis>({ macs: true, params: true, memory: true });

export const claimNames = namesOf<ClaimName>({
  'two-3x3': true,
  'three-3x3': true,
  'vgg-dense': true,
  separable: true,
  'mobilenet-twin': true,
  'width-multiplier': true,
  'resolution-multiplier': true,
  bottleneck: true,
  downsampling: true,
  'identity-shortcut': true,
  'shortcut-options': true,
});

export const shells = ['bash', 'zsh', 'fish'] as const;

/** The error over the spread of the logits up to which `verify` agrees: what `@convzoo/parity` takes, as a test holds. */
export const TOLERANCE = 1e-4;
