import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { importKerasConfig, type KerasNetwork, type Variable } from '@convzoo/keras-import';
import { type Float32Tensor, float32Tensor, type Parameters, sizeOf } from '@convzoo/layers';
import { fillInput, type GoldenFillOptions, type GoldenRole, goldenArray } from '@convzoo/weights/golden';

/** A model of Keras with its answers, as fixtures/keras-import/generate.py writes it. */
export interface KerasRecord {
  readonly case: string;
  readonly keras: string;
  /** With the batch. */
  readonly input: { readonly shape: readonly number[]; readonly kind: 'signed' | 'byte' };
  readonly log4: Readonly<Record<string, number>>;
  readonly params: number;
  readonly outputs: readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[];
  readonly config: unknown;
}

export function readRecords(): readonly KerasRecord[] {
  const bytes = gunzipSync(readFileSync(new URL('../../fixtures/keras-import/configs.json.gz', import.meta.url)));
  return JSON.parse(bytes.toString('utf8'));
}

/** The record's model for pictures of the record's size. */
export function importRecord({ config, input, keras }: KerasRecord): KerasNetwork {
  const [, height = 1, width = 1, channels] = input.shape;
  const size = channels === undefined ? undefined : ([height, width] as const);
  return importKerasConfig(config, { size, kerasVersion: keras });
}

/** What a variable is filled as, by its name in Keras: the rule of fixtures/goldens/README.md and of generate.py. */
function fillOf(leaf: string, shape: readonly number[]): readonly [GoldenRole, GoldenFillOptions] {
  const fanIn = sizeOf(leaf === 'depthwise_kernel' ? shape.slice(0, 2) : shape.slice(0, -1));
  switch (leaf) {
    case 'kernel':
    case 'depthwise_kernel':
    case 'pointwise_kernel':
      return [shape.length === 4 ? 'conv' : 'dense', { fanIn }];
    case 'bias':
      return ['bias', {}];
    case 'gamma':
      return ['norm_weight', {}];
    case 'beta':
      return ['norm_bias', {}];
    case 'moving_mean':
      return ['running_mean', {}];
    case 'moving_variance':
      return ['running_var', {}];
    default:
      throw new Error(`no fill for ${leaf}`);
  }
}

/** The parameters of an imported network as the script filled Keras's variables. */
export function fillVariables(variables: readonly Variable[], log4: KerasRecord['log4']): Parameters {
  const params = new Map<string, Float32Tensor>();
  for (const { path, layer, leaves, shape, paramShape } of variables) {
    const name = [...layer, leaves[0]].join('/');
    params.set(path, float32Tensor(paramShape, valuesOf(name, leaves[0], shape, log4[name] ?? 0)));
  }
  return params;
}

function valuesOf(name: string, leaf: string, shape: readonly number[], log4: number): Float32Array {
  // A PReLU's slope: u itself, which is (0.5 + u) - 0.5.
  if (leaf === 'alpha') return goldenArray(name, sizeOf(shape), 'norm_weight').map((value) => value - 0.5);
  const [role, options] = fillOf(leaf, shape);
  return goldenArray(name, sizeOf(shape), role, { ...options, log4 });
}

export function inputOf({ input: { shape, kind } }: Pick<KerasRecord, 'input'>): Float32Tensor {
  if (shape.length === 4) return fillInput(shape, 'NHWC', kind);
  const { data } = fillInput([1, 1, ...shape], 'NHWC', kind);
  return float32Tensor(shape, data);
}

/** Each row's softmax, or the rows as they are. */
export function finished(logits: Float32Tensor, activation: 'softmax' | 'none'): readonly number[] {
  const classes = logits.shape.at(-1) ?? 1;
  if (activation === 'none') return [...logits.data];
  return Array.from({ length: logits.data.length / classes }, (_, row) => {
    const values = [...logits.data.subarray(row * classes, (row + 1) * classes)];
    const peak = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - peak));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }).flat();
}

/** Largest difference, over the spread of what is wanted. */
export function difference(found: readonly number[], wanted: readonly number[]): number {
  const mean = wanted.reduce((a, b) => a + b, 0) / wanted.length;
  const spread = Math.sqrt(wanted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / wanted.length);
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return wanted.reduce((most, x, i) => Math.max(most, Math.abs(x - (found[i] ?? Number.NaN)) / spread), 0);
}
