/**
 * Figures of timm's own benchmark (huggingface/pytorch-image-models, results/benchmark-infer-amp-nchw-pt113-cu117-rtx3090
 * .csv: columns infer_img_size, infer_gmacs, infer_macts, param_count) for networks that published.json has no row of.
 */
import { analyse } from '@convzoo/cost-analysis';
import { buildModel } from '@convzoo/zoo';
import { expect, it } from 'vitest';

it.each([
  ['resnetv2_50', 224, 4.11, 11.11, 25.55],
  ['resnetv2_101', 224, 7.83, 16.23, 44.54],
  ['resnetv2_152', 224, 11.55, 22.56, 60.19],
  ['resnet18d', 224, 2.06, 3.29, 11.71],
  ['resnet34d', 224, 3.91, 4.54, 21.82],
  ['resnet50d', 224, 4.35, 11.92, 25.58],
  ['seresnet18', 224, 1.82, 2.49, 11.78],
  ['seresnet34', 224, 3.67, 3.74, 21.96],
  ['seresnet50', 224, 4.11, 11.13, 28.09],
  ['seresnet101', 224, 7.84, 16.27, 49.33],
  ['seresnext50_32x4d', 224, 4.26, 14.42, 27.56],
  ['darknet53', 288, 11.78, 15.68, 41.61],
  ['regnetx_004', 224, 0.4, 3.14, 5.16],
  ['regnetx_008', 224, 0.81, 5.15, 7.26],
  ['regnetx_016', 224, 1.62, 7.93, 9.19],
  ['regnetx_032', 224, 3.2, 11.37, 15.3],
  ['regnetx_080', 224, 8.02, 14.06, 39.57],
  ['regnety_004', 224, 0.41, 3.89, 4.34],
  ['regnety_008', 224, 0.81, 5.25, 6.26],
  ['regnety_016', 224, 1.63, 8.04, 11.2],
  ['regnety_032', 288, 5.29, 18.61, 19.44],
  ['timm/convnext_tiny', 288, 7.39, 22.21, 28.59],
  ['mobilenetv3_small_050', 224, 0.03, 0.92, 1.59],
  ['mobilenetv3_small_075', 224, 0.05, 1.3, 2.04],
  ['tf_mobilenetv3_small_075', 224, 0.05, 1.3, 2.04],
  ['mobilenetv3_large_075', 224, 0.16, 4.0, 3.99],
  ['tf_mobilenetv3_large_075', 224, 0.16, 4.0, 3.99],
  ['ghostnet_050', 224, 0.05, 1.77, 2.59],
  ['ghostnet_100', 224, 0.15, 3.55, 5.18],
  ['ghostnet_130', 224, 0.24, 4.6, 7.36],
  ['tf_efficientnet_lite0', 224, 0.4, 6.74, 4.65],
  ['tf_efficientnet_b0', 224, 0.4, 6.75, 5.29],
  ['tf_efficientnet_b1', 240, 0.71, 10.88, 7.79],
  ['tf_efficientnet_b2', 260, 1.02, 13.83, 9.11],
  ['timm/efficientnet_b1', 256, 0.77, 12.22, 7.79],
] as const)('%s at %i: %f GMACs, %f M activations, %f M parameters', (name, input, gmacs, activations, params) => {
  const { total, rows } = analyse(buildModel(name, { input }), { convention: 'timm' });
  // timm squeezes by `x.mean((2, 3))`, which fvcore does not count; it does count a pool, which is what the zoo has there.
  const squeezed = rows
    .filter(({ path }) => /\.(se|block\.\d)\.avgpool$/.test(path))
    .reduce((sum, { macs }) => sum + (macs ?? 0), 0);
  const macs = total.macs - squeezed;
  // Two decimals are printed; the half at which they round is allowed for.
  expect(Math.abs(macs / 1e9 - gmacs), `counted ${macs}`).toBeLessThan(0.00501);
  expect(Math.abs(total.activations / 1e6 - activations), `counted ${total.activations}`).toBeLessThan(0.00501);
  expect(Math.abs(total.params / 1e6 - params), `counted ${total.params}`).toBeLessThan(0.00501);
});
