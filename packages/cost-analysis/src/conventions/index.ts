import { ConvzooError, isTrainable } from '@convzoo/layers';
import { macRules } from '../rules/index.js';
import { none } from '../rules/rule.js';
import { type Convention, isComputed, isConvOrDense } from './convention.js';
import { fvcoreMacs, mxopMacs, osmrMacs, ptflopsMacs, thopMacs } from './mac-tables.js';

const everything = (): boolean => true;

const own: Convention = {
  name: 'convzoo',
  counts:
    'MACs of convolutions and dense layers; trainable parameters, with running statistics as buffers; every computed result ' +
    'as activations.',
  source: 'docs/cost-analysis.md',
  macs: macRules,
  params: isTrainable,
  activations: isComputed,
};

const fvcore: Convention = {
  ...own,
  name: 'fvcore',
  counts:
    'MACs of convolutions and dense layers, 2 for each BatchNorm output, 5 for each LayerNorm output, 1 for each input of ' +
    'an adaptive average pool; activations are the outputs of convolutions and dense layers.',
  source: 'fvcore FlopCountAnalysis and ActivationCountAnalysis (fvcore/nn/jit_handles.py)',
  macs: fvcoreMacs,
  activations: isConvOrDense,
};

/** The conventions by name. */
export const conventions = {
  convzoo: own,
  torchvision: {
    ...own,
    name: 'torchvision',
    counts: 'MACs of convolutions and dense layers (labelled GFLOPS); trainable parameters.',
    source: 'torchvision, `_ops` and `num_params` of a weights entry (test/common_extended_utils.py)',
  },
  fvcore,
  timm: { ...fvcore, name: 'timm', source: 'timm, results/*.csv, columns gmacs and macts, which are fvcore counts' },
  thop: {
    ...own,
    name: 'thop',
    counts:
      'MACs of convolutions and dense layers, 4 for each output of a norm, 1 for each output of an average pool, for an ' +
      'adaptive one its window and 1 more; trainable parameters.',
    source: 'thop 0.1.1, thop/vision/basic_hooks.py and calc_func.py; measured in fixtures/reference/counters.json',
    macs: thopMacs,
  },
  ptflops: {
    ...own,
    name: 'ptflops',
    counts:
      'MACs of convolutions and dense layers, 1 for each bias added, 2 for each BatchNorm output, 1 for each LayerNorm ' +
      'output, 2 for each ReLU and GELU, 1 for each ReLU6 and SiLU, 2 for each input of a pool (twice what its README ' +
      'says: modules are counted, and the functions that they call); trainable parameters.',
    source: 'ptflops 0.7.5, pytorch_ops.py and pytorch_engine.py; measured in fixtures/reference/counters.json',
    macs: ptflopsMacs,
  },
  keras: {
    ...own,
    name: 'keras',
    counts:
      'All weights as parameters, moving mean and variance of BatchNorm included; MACs of convolutions and dense layers.',
    source: 'Keras, "Total params" of a summary and of the table of applications',
    params: everything,
  },
  paper: {
    ...own,
    name: 'paper',
    counts: 'Mult-adds of convolutions and dense layers; trainable parameters.',
    source: 'He et al. 2015, table 1; Howard et al. 2017, tables 4 to 9; Sandler et al. 2018, table 4',
  },
  'conv-only': {
    ...own,
    name: 'conv-only',
    counts: 'Mult-adds of convolutions, the classifier left out; trainable parameters.',
    source: 'Howard et al. 2017, table 8 for VGG-16 and table 4 for the full convolutions',
    macs: { ...macRules, dense: none },
  },
  'tf-slim': {
    ...own,
    name: 'tf-slim',
    counts: 'Mult-adds of convolutions and dense layers; their kernels as parameters, without biases and BatchNorm.',
    source: 'TF-slim, MobileNet V2 table (research/slim/nets/mobilenet/README.md)',
    params: (param) => param.role === 'kernel',
  },
  mxop: {
    ...own,
    name: 'mxop',
    counts:
      'Multiplications: MACs of convolutions and dense layers, 1 for each BatchNorm output, less 1 for each output of a ' +
      'dense layer; all weights as parameters.',
    source: 'OpSummary.MXNet, README (rule inferred from its rows)',
    macs: mxopMacs,
    params: everything,
  },
  osmr: {
    ...own,
    name: 'osmr',
    counts:
      'Half the FLOPs, where a MAC is 2 (less the first addition where there is no bias), BatchNorm 4 an element, ReLU and ' +
      'ReLU6 1, sigmoid 4, swish 5, a shuffled channel 1, a pool its window for each output, and sums of shortcuts ' +
      'nothing; trainable parameters.',
    source: 'osmr/imgclsmob, gluon/model_stats.py',
    macs: osmrMacs,
  },
} as const satisfies Record<string, Convention>;

export type ConventionName = keyof typeof conventions;

export const conventionNames = Object.keys(conventions) as readonly ConventionName[];

/**
 * The convention of that name; one of your own passes through.
 * @throws ConvzooError `unknown-convention`, with the names there are
 */
export function conventionOf(convention: ConventionName | Convention): Convention {
  if (typeof convention !== 'string') return convention;
  if (Object.hasOwn(conventions, convention)) return conventions[convention];
  const known = conventionNames.join(', ');
  throw new ConvzooError('unknown-convention', `There is no convention "${String(convention)}"; use one of ${known}.`);
}
