// Written by fixtures/reference/generate/published-rows.mjs; do not edit.
// Columns: name, variant, input, parameters, MACs, activations, top-1 and top-5 accuracy in percent.
import type { PublishedGroup } from './row.js';

/** Published rows that are wrong or inconsistent in their source. */
export const notReproducedGroups: readonly PublishedGroup[] = [
  {
    source: 'keras-docstring',
    where: 'keras-team/keras, applications docstring at 3422977a',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 100000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: [
      'mobilenet_v3_small_1.0_224 | keras mobilenet_v3 docstring | 224x224 | 2900000 | 66000000 | - | 68.1 | -',
      'mobilenet_v3_small_minimalistic_1.0_224 | keras mobilenet_v3 docstring | 224x224 | 2000000 | 65000000 | - | 61.9 | -',
    ],
  },
  {
    source: 'tf-slim',
    where: 'tensorflow/models, research/slim/nets/mobilenet_v1.md at 02c04f49',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 10000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: [
      'mobilenet_v1_0.75_224 | float checkpoint 2018_02_22 | 224x224 | 2590000 | 317000000 | - | 68.4 | 88.2',
      'mobilenet_v1_0.75_192 | float checkpoint 2018_02_22 | 192x192 | 2590000 | 233000000 | - | 67.2 | 87.3',
      'mobilenet_v1_0.75_160 | float checkpoint 2018_02_22 | 160x160 | 2590000 | 162000000 | - | 65.3 | 86',
      'mobilenet_v1_0.75_128 | float checkpoint 2018_02_22 | 128x128 | 2590000 | 104000000 | - | 62.1 | 83.9',
      'mobilenet_v1_0.25_192 | float checkpoint 2018_02_22 | 192x192 | 470000 | 34000000 | - | 47.7 | 72.3',
    ],
  },
  {
    source: 'tf-slim',
    where: 'tensorflow/models, research/slim/nets/mobilenet/README.md at 0ba83cf0',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 100000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: [
      'mobilenet_v3 Small dm=1 | float checkpoint | 224x224 | 2900000 | 66000000 | - | 67.5 | -',
      'mobilenet_v3 Small minimalistic | float checkpoint | 224x224 | 2000000 | 65000000 | - | 61.9 | -',
    ],
  },
  {
    source: 'paper',
    where: 'Howard et al. 2017, arXiv 1704.04861',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 10000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: ['0.50 MobileNet-160 | table 9 | 160x160 | 1320000 | 76000000 | - | 60.2 | -'],
  },
  {
    source: 'paper',
    where: 'Howard et al. 2017, arXiv 1704.04861',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 10000,
    macsTolerance: 100000000,
    activationsTolerance: 0,
    rows: ['Squeezenet | MobileNet paper table 9 | 227x227 | 1250000 | 1700000000 | - | 57.5 | -'],
  },
  {
    source: 'paper',
    where: 'Sandler et al. 2018, arXiv 1801.04381',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 100000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: [
      'MobileNetV2 | table 4 | 224x224 | 3400000 | 300000000 | - | 72 | -',
      'MobileNetV2 (1.4) | table 4 | 224x224 | 6900000 | 585000000 | - | 74.7 | -',
      'MobileNetV1 | MobileNetV2 paper table 4 | 224x224 | 4200000 | 575000000 | - | 70.6 | -',
    ],
  },
  {
    source: 'paper',
    where: 'Howard et al. 2019, arXiv 1905.02244v5',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 100000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: ['V3-Large 1.0 | table 3 (arXiv v5 / ICCV) | 224x224 | 5400000 | 219000000 | - | 75.2 | -'],
  },
  {
    source: 'paper',
    where: 'Howard et al. 2019, arXiv 1905.02244, early versions',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 100000,
    macsTolerance: 1000000,
    activationsTolerance: 0,
    rows: ['V3-Small 1.0 | earlier arXiv versions | 224x224 | 2900000 | 66000000 | - | 67.4 | -'],
  },
  {
    source: 'paper',
    where: 'Szegedy et al. 2014, arXiv 1409.4842',
    paramsConvention: 'paper',
    macsConvention: 'paper',
    paramsTolerance: 12288,
    macsTolerance: 12000000,
    activationsTolerance: 0,
    rows: ['GoogLeNet | text and table 1 | 224x224 | 6960845 | 1502000000 | - | - | 89.93'],
  },
];

/** What is known about each, by name and variant. */
export const notes: Readonly<Record<string, string>> = {
  'mobilenet_v3_small_1.0_224 | keras mobilenet_v3 docstring':
    'The small rows (66 M / 2.9 M; minimalistic 65 M) stem from an early paper version; the network actually built has 56.5 M MACs and 2.54 M parameters (52.3 M / 2.04 M minimalistic).',
  'mobilenet_v3_small_minimalistic_1.0_224 | keras mobilenet_v3 docstring':
    'The small rows (66 M / 2.9 M; minimalistic 65 M) stem from an early paper version; the network actually built has 56.5 M MACs and 2.54 M parameters (52.3 M / 2.04 M minimalistic).',
  'mobilenet_v1_0.75_224 | float checkpoint 2018_02_22':
    'MACs of the 0.75 rows (317/233/162/104) cannot be reproduced: exact counts are 325.4/239.3/166.4/106.8. Parameter column counts differently from trainable parameters (4.24 vs 4.232; 1.34 vs 1.332).',
  'mobilenet_v1_0.75_192 | float checkpoint 2018_02_22':
    'MACs of the 0.75 rows (317/233/162/104) cannot be reproduced: exact counts are 325.4/239.3/166.4/106.8. Parameter column counts differently from trainable parameters (4.24 vs 4.232; 1.34 vs 1.332).',
  'mobilenet_v1_0.75_160 | float checkpoint 2018_02_22':
    'MACs of the 0.75 rows (317/233/162/104) cannot be reproduced: exact counts are 325.4/239.3/166.4/106.8. Parameter column counts differently from trainable parameters (4.24 vs 4.232; 1.34 vs 1.332).',
  'mobilenet_v1_0.75_128 | float checkpoint 2018_02_22':
    'MACs of the 0.75 rows (317/233/162/104) cannot be reproduced: exact counts are 325.4/239.3/166.4/106.8. Parameter column counts differently from trainable parameters (4.24 vs 4.232; 1.34 vs 1.332).',
  'mobilenet_v1_0.25_192 | float checkpoint 2018_02_22':
    '34 M is not reproducible (exact 30.2 M). Parameter column counts differently from trainable parameters (4.24 vs 4.232; 1.34 vs 1.332).',
  'mobilenet_v3 Small dm=1 | float checkpoint': 'Old values for the small models; see keras-docstring note.',
  'mobilenet_v3 Small minimalistic | float checkpoint': 'Old values for the small models; see keras-docstring note.',
  '0.50 MobileNet-160 | table 9': 'Exact parameters 1,331,592 would print as 1.33.',
  'Squeezenet | MobileNet paper table 9':
    '1700 is about TWICE the MACs of SqueezeNet 1.0 (0.819 G at 224, 0.833 G at 227 by our recount): not comparable with the other rows.',
  'MobileNetV2 | table 4':
    'Exact trainable parameters 3,504,872 (weights only 3.47 M): 3.4 M is neither rounded from 3.50 nor from 3.47 (truncation of the latter).',
  'MobileNetV2 (1.4) | table 4':
    'Not reproducible: the released 1.4 model has 6.11 M parameters (6.06 M weights) and 582 M MACs.',
  'MobileNetV1 | MobileNetV2 paper table 4':
    'V2 paper prints 575 M for V1; the V1 paper prints 569 M (exact conv+fc 568.74 M).',
  'V3-Large 1.0 | table 3 (arXiv v5 / ICCV)':
    'Exact recount 216.6 M MACs, 5,483,032 parameters; TF release page says 217.',
  'V3-Small 1.0 | earlier arXiv versions':
    'Superseded; still copied widely (TF release page, Keras docstring). Do not use as a reference.',
  'GoogLeNet | text and table 1':
    'Budget 1.5 billion multiply-adds; table 1 sums to 1502 M ops and 6797.7 K parameters; K there is 1024 (112 K = 114,688; 1000 K = 1,024,000), so the sum is 6.96 M, while the widely quoted 6.8 M reads K as 1000. Single model, single crop top-5 error 10.07 %; ensemble 6.67 %. The stem row (2.7K, 34M) is not a dense 7x7x3x64 conv (9.4K, 118M) but fits a depthwise-separable one with multiplier 8.',
};
