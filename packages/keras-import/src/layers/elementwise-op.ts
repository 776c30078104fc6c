import {
  type CustomOp,
  defineOp,
  type Float32Tensor,
  float32Tensor,
  type JsonObject,
  violation,
} from '@convzoo/layers';

/** A function of one number, and its slope there. */
interface Scalar {
  readonly value: (x: number, alpha: number) => number;
  readonly slope: (x: number, alpha: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** log(1 + e^x), which must not overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const elu: Scalar = {
  value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  slope: (x, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)),
};

/** Klambauer et al. 2017, with the constants of the paper's code, which Keras has. */
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Functions of Keras that networks for pictures have now and then, and the vocabulary has not. */
const functions: Readonly<Record<string, Scalar>> = {
  elu,
  selu: {
    value: (x) => SELU.scale * elu.value(x, SELU.alpha),
    slope: (x) => SELU.scale * elu.slope(x, SELU.alpha),
  },
  softplus: { value: softplus, slope: sigmoid },
  softsign: { value: (x) => x / (1 + Math.abs(x)), slope: (x) => 1 / (1 + Math.abs(x)) ** 2 },
  exponential: { value: Math.exp, slope: Math.exp },
  mish: {
    value: (x) => x * Math.tanh(softplus(x)),
    slope: (x) => {
      const t = Math.tanh(softplus(x));
      return t + x * (1 - t * t) * sigmoid(x);
    },
  },
};

export const elementwiseFunctions: readonly string[] = Object.keys(functions);

function scalarOf(values: JsonObject): { readonly scalar: Scalar; readonly alpha: number } {
  const { function: name, alpha = 1 } = values;
  const scalar = typeof name === 'string' && Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (scalar === undefined) return violation(`there is no function ${JSON.stringify(name)}`);
  if (typeof alpha !== 'number') return violation(`alpha must be a number, got ${JSON.stringify(alpha)}`);
  return { scalar, alpha };
}

const onlyOf = ([first]: readonly Float32Tensor[]): Float32Tensor => first ?? violation('needs an input');

/** One of {@link elementwiseFunctions}, element by element; `alpha` is ELU's. */
export const elementwiseOp: CustomOp = defineOp({
  name: 'keras.elementwise',
  shape({ inputs, values }) {
    scalarOf(values);
    return inputs[0] ?? violation('needs an input');
  },
  macs: () => 0,
  compute(inputs, _, values) {
    const { shape, data } = onlyOf(inputs);
    const { scalar, alpha } = scalarOf(values);
    return float32Tensor(
      shape,
      data.map((x) => scalar.value(x, alpha)),
    );
  },
  gradient({ data: gradient }, inputs, _, values) {
    const { shape, data } = onlyOf(inputs);
    const { scalar, alpha } = scalarOf(values);
    const result = data.map((x, i) => scalar.slope(x, alpha) * (gradient[i] ?? 0));
    return { inputs: [float32Tensor(shape, result)], params: [] };
  },
});
