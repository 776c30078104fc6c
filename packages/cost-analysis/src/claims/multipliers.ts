import { mobilenetV1 } from '@convzoo/zoo/mobilenet-v1';
import { analyse } from '../analyse.js';
import type { Claim, ClaimNumber } from './claim.js';

/** Table 6: width, millions of mult-adds and of parameters. */
const WIDTHS = [
  [1, 569, 4.2],
  [0.75, 325, 2.6],
  [0.5, 149, 1.3],
  [0.25, 41, 0.5],
] as const;

/** Table 7: resolution, millions of mult-adds; that of 192 as TF-slim prints it. */
const RESOLUTIONS = [
  [224, 569],
  [192, 418],
  [160, 290],
  [128, 186],
] as const;

/** The width multiplier alpha: channels by alpha, work and weights by about its square. */
export function widthMultiplier(): Claim {
  const full = analyse(mobilenetV1()).total;
  const numbers = WIDTHS.flatMap(([width, macs, params]): readonly ClaimNumber[] => {
    const { total } = analyse(mobilenetV1({ width }));
    return [
      { label: `alpha ${width}`, value: total.macs, unit: 'MACs', published: { value: 1e6 * macs, within: 1e6 } },
      {
        label: `alpha ${width}`,
        value: total.params,
        unit: 'parameters',
        published: { value: 1e6 * params, within: 5e4 },
      },
      { label: `alpha ${width} of 1 (alpha^2 is ${width ** 2})`, value: total.macs / full.macs, unit: 'ratio' },
    ];
  });
  return {
    name: 'width-multiplier',
    claim: 'A width multiplier alpha reduces the work of MobileNet and its parameters by about alpha^2.',
    derivation: [
      'Pointwise: (alpha M)(alpha N) Df^2, a factor of alpha^2; they are 95 % of the work.',
      'Depthwise: Dk^2 (alpha M) Df^2, and the first convolution and the classifier, whose other side is fixed: alpha.',
      'So the ratio lies between alpha^2 and alpha, near alpha^2; the classifier keeps the parameters of small ones up.',
    ],
    numbers,
    source: 'Howard et al. 2017, section 3.3 and table 6 (arXiv 1704.04861)',
  };
}

/** The resolution multiplier rho: work by its square, weights not at all. */
export function resolutionMultiplier(): Claim {
  const full = analyse(mobilenetV1()).total;
  const dense = 1024 * 1000;
  const numbers = RESOLUTIONS.flatMap(([size, macs]): readonly ClaimNumber[] => {
    const { total } = analyse(mobilenetV1({ input: size }));
    const formula = (full.macs - dense) * (size / 224) ** 2 + dense;
    return [
      {
        label: `${size}x${size}`,
        value: total.macs,
        unit: 'MACs',
        formula,
        published: { value: 1e6 * macs, within: 1e6 },
      },
      { label: `${size}x${size}`, value: total.params, unit: 'parameters', formula: full.params },
    ];
  });
  return {
    name: 'resolution-multiplier',
    claim: 'A resolution multiplier rho reduces the work of MobileNet by rho^2, and its parameters not at all.',
    derivation: [
      'Every convolution works on Df^2 positions, and Df is proportional to the input: a factor of rho^2.',
      'The classifier works on a mean, whatever the resolution: 1.024 M mult-adds stay.',
      'At multiples of 32 no map is rounded, so this is exact: (569 M - 1.024 M) rho^2 + 1.024 M.',
    ],
    numbers,
    source: 'Howard et al. 2017, section 3.4 and table 7 (arXiv 1704.04861)',
  };
}
