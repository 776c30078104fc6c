import {
  Builder,
  type Float32Tensor,
  float32Tensor,
  type Graph,
  nodeAt,
  type Parameters,
  tapOf,
} from '@convzoo/layers';
import type { Backend, PrepareOptions, Session } from '@convzoo/runtime';

/** A network of a few nodes whose results tests make up. */
export function tinyNet(): Graph {
  const nn = new Builder('tiny');
  let x = nn.conv2d(nn.input([4, 6, 3]), { name: 'conv', out: 5, kernel: 3 });
  x = nn.activation(nn.batchNorm(x, { name: 'bn' }), 'relu', { name: 'relu' });
  const left = nn.conv2d(x, { name: 'left', out: 2, kernel: 1, bias: true });
  const right = nn.conv2d(x, { name: 'right', out: 3, kernel: 1, bias: true });
  x = nn.flatten(nn.concat([left, right], { name: 'concat' }), { name: 'flat' });
  return nn.graph(nn.dense(x, { name: 'fc', units: 20 }));
}

/** Values without a pattern, a different one for each name: none is 0. */
function madeUp(name: string, shape: readonly number[]): Float32Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const seed = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return float32Tensor(
    shape,
    Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * 12.9898 + seed) + 0.01),
  );
}

/** The results that every network of tests has, unless a test says otherwise. */
export const resultOf = (graph: Graph, name: string): Float32Tensor =>
  madeUp(name, [2, ...(name === 'output' ? nodeAt(graph, graph.output) : tapOf(graph, name)).shape]);

export type Change = (name: string, tensor: Float32Tensor) => Float32Tensor | undefined;

/** A backend that answers made-up results, changed by a test. */
export function answering(change: Change = () => undefined): Backend {
  const answer = (graph: Graph, name: string): Float32Tensor => {
    const tensor = resultOf(graph, name);
    return change(name, tensor) ?? tensor;
  };
  return {
    name: 'made-up',
    description: 'made up',
    unsupported: () => [],
    prepare: async (graph: Graph, _: Parameters, { taps = [] }: PrepareOptions = {}): Promise<Session> => {
      let open = true;
      const dispose = async (): Promise<void> => {
        open = false;
      };
      return {
        backend: 'made-up',
        graph,
        run: async () => {
          await Promise.resolve();
          if (!open) throw new Error('the session was disposed before it answered');
          return {
            output: answer(graph, 'output'),
            taps: Object.fromEntries(taps.map((tap) => [tap, answer(graph, tap)])),
          };
        },
        dispose,
        [Symbol.asyncDispose]: dispose,
      };
    },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));

/** `[n, h, w, c]` as torch has it. */
export function channelsFirst({ data, shape }: Float32Tensor): { shape: number[]; values: number[] } {
  const [n = 0, h = 1, w = 1, c = 1] = shape.length === 2 ? [shape[0], 1, 1, shape[1]] : shape;
  const values: number[] = [];
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < h * w; p++) values.push(data[(i * h * w + p) * c + k] ?? Number.NaN);
  return { shape: shape.length === 2 ? [n, c] : [n, c, h, w], values };
}

export const tapRecord = (name: string, shape: readonly number[], values: readonly number[]) => {
  const at = [0, 1, Math.floor(values.length / 2), values.length - 1];
  return {
    name,
    shape,
    mean: mean(values),
    std: deviation(values),
    zeros: values.filter((v) => v === 0).length / values.length,
    at,
    values: at.map((i) => values[i] ?? Number.NaN),
  };
};

export const TAPS = ['conv', 'bn', 'relu', 'left', 'right', 'concat'] as const;

/** The record of torch that agrees with {@link answering}, as JSON holds it. */
export function recordOf(graph: Graph = tinyNet(), more: Readonly<Record<string, unknown>> = {}) {
  const output = [...resultOf(graph, 'output').data];
  const [first, second] = [output.slice(0, 20), output.slice(20)];
  return {
    case: 'tiny-4x6',
    framework: 'torch',
    model: 'tiny',
    args: {},
    input: { shape: [2, 3, 4, 6], layout: 'NCHW', kind: 'signed' },
    bn_log4: { bn: 1 },
    logits0: first,
    logits1: {
      first16: second.slice(0, 16),
      sum: second.reduce((sum, v) => sum + v, 0),
      sumsq: second.reduce((sum, v) => sum + v * v, 0),
    },
    std: deviation(first),
    taps: TAPS.map((name) => {
      const { shape, values } = channelsFirst(resultOf(graph, name));
      return tapRecord(name, shape, values);
    }),
    ...more,
  };
}
