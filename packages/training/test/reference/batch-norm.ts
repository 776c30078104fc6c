import { type Array64, mapped, zeros } from './array.js';
import { type Context, first, param, type Rule } from './rule.js';

const channelsOf = (x: Array64): number => x.shape.at(-1) ?? 1;

/** Mean of `value(i)` over all elements of each channel. */
function means(x: Array64, value: (index: number) => number): Float64Array {
  const channels = channelsOf(x);
  const sums = new Float64Array(channels);
  for (let i = 0; i < x.data.length; i++) sums[i % channels] = (sums[i % channels] as number) + value(i);
  return sums.map((sum) => (sum * channels) / x.data.length);
}

function statistics(x: Array64, context: Context<'batchNorm'>): { mean: Float64Array; variance: Float64Array } {
  if (context.frozen) {
    return {
      mean: (param(context, 'mean') as Array64).data,
      variance: (param(context, 'variance') as Array64).data,
    };
  }
  const channels = channelsOf(x);
  const mean = means(x, (i) => x.data[i] as number);
  return { mean, variance: means(x, (i) => ((x.data[i] as number) - (mean[i % channels] as number)) ** 2) };
}

function normalised(x: Array64, context: Context<'batchNorm'>): { hat: Array64; inverse: Float64Array } {
  const { mean, variance } = statistics(x, context);
  const inverse = variance.map((v) => 1 / Math.sqrt(v + context.node.attributes.eps));
  const channels = channelsOf(x);
  const hat = mapped(x, (value, i) => (value - (mean[i % channels] as number)) * (inverse[i % channels] as number));
  return { hat, inverse };
}

export const batchNorm: Rule<'batchNorm'> = {
  forward(inputs, context) {
    const x = first(inputs);
    const channels = channelsOf(x);
    const { hat } = normalised(x, context);
    const [scale, shift] = [param(context, 'scale'), param(context, 'shift')];
    const y = mapped(hat, (value, i) => value * (scale?.data[i % channels] ?? 1) + (shift?.data[i % channels] ?? 0));
    if (context.frozen) return { y };
    const { momentum } = context.node.attributes;
    const { mean, variance } = statistics(x, context);
    const count = x.data.length / channels;
    const blend = (old: Array64, batch: Float64Array): Array64 =>
      mapped(old, (value, c) => (1 - momentum) * value + momentum * (batch[c] as number));
    return {
      y,
      running: {
        mean: blend(param(context, 'mean') as Array64, mean),
        variance: blend(
          param(context, 'variance') as Array64,
          variance.map((v) => (v * count) / Math.max(count - 1, 1)),
        ),
      },
    };
  },
  // Written from y = scale * hat + shift by the chain rule through mean and variance, term by term.
  backward(dy, inputs, _, context) {
    const x = first(inputs);
    const channels = channelsOf(x);
    const count = x.data.length / channels;
    const { hat, inverse } = normalised(x, context);
    const scale = param(context, 'scale');
    const dshift = means(x, (i) => dy.data[i] as number).map((value) => value * count);
    const dscale = means(x, (i) => (dy.data[i] as number) * (hat.data[i] as number)).map((value) => value * count);
    const dhat = mapped(dy, (value, i) => value * (scale?.data[i % channels] ?? 1));
    let dx = mapped(dhat, (value, i) => value * (inverse[i % channels] as number));
    if (!context.frozen) {
      // hat depends on the mean by -inverse, and on the variance by -hat / 2 * inverse^2.
      const dmean = means(x, (i) => -(dx.data[i] as number)).map((value) => value * count);
      const dvariance = means(x, (i) => (dhat.data[i] as number) * (hat.data[i] as number)).map(
        (value, c) => (-value * count * (inverse[c] as number) ** 2) / 2,
      );
      dx = mapped(dx, (value, i) => {
        const c = i % channels;
        const centred = (hat.data[i] as number) / (inverse[c] as number);
        return value + (dmean[c] as number) / count + ((dvariance[c] as number) * 2 * centred) / count;
      });
    }
    const byRole: Readonly<Record<string, Float64Array>> = { scale: dscale, shift: dshift };
    const params = context.node.params.map(({ role, shape }) => {
      const data = byRole[role];
      return data === undefined ? undefined : { ...zeros(shape), data };
    });
    return { inputs: [dx], params };
  },
};
