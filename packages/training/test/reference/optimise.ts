import { type Array64, mapped, zeros } from './array.js';

/** torch.optim.SGD over all parameters, in float64; `state` is kept between steps. */
export function sgdStep(
  params: Map<string, Array64>,
  gradients: ReadonlyMap<string, Array64>,
  state: Map<string, Array64>,
  {
    lr,
    momentum = 0,
    weightDecay = 0,
    nesterov = false,
  }: { lr: number; momentum?: number; weightDecay?: number; nesterov?: boolean },
): void {
  for (const [path, gradient] of gradients) {
    const value = params.get(path) as Array64;
    const g = mapped(gradient, (d, i) => d + weightDecay * (value.data[i] as number));
    const old = state.get(path);
    // The buffer starts as the first gradient.
    const buffer = old === undefined ? g : mapped(old, (v, i) => momentum * v + (g.data[i] as number));
    state.set(path, buffer);
    const direction = nesterov ? mapped(g, (d, i) => d + momentum * (buffer.data[i] as number)) : buffer;
    params.set(
      path,
      mapped(value, (v, i) => v - lr * (direction.data[i] as number)),
    );
  }
}

/** torch.optim.Adam, in float64. `step` counts from 1. */
export function adamStep(
  params: Map<string, Array64>,
  gradients: ReadonlyMap<string, Array64>,
  state: Map<string, { mean: Array64; square: Array64 }>,
  step: number,
  {
    lr,
    beta1 = 0.9,
    beta2 = 0.999,
    eps = 1e-8,
    weightDecay = 0,
  }: { lr: number; beta1?: number; beta2?: number; eps?: number; weightDecay?: number },
): void {
  for (const [path, gradient] of gradients) {
    const value = params.get(path) as Array64;
    const g = mapped(gradient, (d, i) => d + weightDecay * (value.data[i] as number));
    const old = state.get(path) ?? { mean: zeros(value.shape), square: zeros(value.shape) };
    const mean = mapped(old.mean, (m, i) => beta1 * m + (1 - beta1) * (g.data[i] as number));
    const square = mapped(old.square, (s, i) => beta2 * s + (1 - beta2) * (g.data[i] as number) ** 2);
    state.set(path, { mean, square });
    params.set(
      path,
      mapped(value, (v, i) => {
        const m = (mean.data[i] as number) / (1 - beta1 ** step);
        const s = (square.data[i] as number) / (1 - beta2 ** step);
        return v - (lr * m) / (Math.sqrt(s) + eps);
      }),
    );
  }
}
