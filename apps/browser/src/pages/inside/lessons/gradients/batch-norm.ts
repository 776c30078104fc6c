import type { Node } from '@convzoo/layers';
import { present, type Rule, type Values } from './rule.js';

/**
 * Batch normalisation as in training: with mean and variance of the batch, over all pixels and examples of a channel (Ioffe
 * and Szegedy, "Batch Normalization", 2015, algorithm 1). Running statistics are neither used nor changed.
 */
export const batchNorm: Rule<Node<'batchNorm'>> = {
  forward({ attributes }, { inputs, params }) {
    const x = present(inputs[0]);
    const [scale, shift] = [present(params[0]), present(params[1])];
    const channels = scale.length;
    const mean = channelMeans(x, channels);
    const deviations = eachChannel(x, channels, (value, c) => value - at(mean, c));
    const variance = channelMeans(
      deviations.map((value) => value * value),
      channels,
    );
    const inverse = variance.map((value) => 1 / Math.sqrt(value + attributes.eps));
    const normalised = eachChannel(deviations, channels, (value, c) => value * at(inverse, c));
    const y = eachChannel(normalised, channels, (value, c) => value * at(scale, c) + at(shift, c));
    return { y, saved: [normalised, inverse] };
  },
  backward(_, dy, { saved = [] }, { params }) {
    const [normalised, inverse, scale] = [present(saved[0]), present(saved[1]), present(params[0])];
    const channels = scale.length;
    const rows = dy.length / channels;
    const product = dy.map((gradient, i) => gradient * at(normalised, i));
    const [meanGradient, meanProduct] = [channelMeans(dy, channels), channelMeans(product, channels)];
    const dx = eachChannel(
      dy,
      channels,
      (gradient, c, i) =>
        at(scale, c) * at(inverse, c) * (gradient - at(meanGradient, c) - at(normalised, i) * at(meanProduct, c)),
    );
    const total = (mean: Values): Values => mean.map((value) => value * rows);
    return { inputs: [dx], params: [total(meanProduct), total(meanGradient), undefined, undefined] };
  },
};

const at = (values: Values, i: number): number => values[i] ?? 0;

function eachChannel(
  x: Values,
  channels: number,
  result: (value: number, channel: number, i: number) => number,
): Values {
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += channels) {
    for (let c = 0; c < channels; c++) y[row + c] = result(at(x, row + c), c, row + c);
  }
  return y;
}

function channelMeans(x: Values, channels: number): Values {
  const sums = new Float64Array(channels);
  for (let row = 0; row < x.length; row += channels) {
    for (let c = 0; c < channels; c++) sums[c] = at(sums, c) + at(x, row + c);
  }
  return sums.map((sum) => (sum * channels) / x.length);
}
