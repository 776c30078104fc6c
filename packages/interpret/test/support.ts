import { engineBackend } from '@convzoo/engine';
import {
  Builder,
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';

export const backend = await engineBackend();

/** Numbers between -1 and 1 that depend on nothing but the seed. */
export function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    return ((h ^ (h >>> 15)) >>> 0) / 2 ** 31 - 1;
  });
}

export const picture = (graph: Graph, seed = 0): Float32Tensor => {
  const { shape } = graph.nodes[0]!;
  return float32Tensor([1, ...shape], noise(sizeOf(shape), seed));
};

/** Weights that keep results around 1; variances positive. */
export function weightsFor(graph: Graph, seed = 1): Parameters {
  return new Map(
    paramsOf(graph).map(({ path, role, shape }, i) => {
      const data = noise(sizeOf(shape), seed + i);
      if (role === 'variance')
        return [
          path,
          float32Tensor(
            shape,
            data.map((v) => 1 + v / 2),
          ),
        ];
      return [path, float32Tensor(shape, data)];
    }),
  );
}

/** Two convolutions, then global average pooling and a classifier. */
export function smallNet({ classes = 4 } = {}): Graph {
  const nn = new Builder('small');
  let x = nn.conv2d(nn.input([8, 9, 3]), { name: 'first', out: 5, kernel: 3, stride: 1, bias: true });
  x = nn.activation(x, 'relu', { name: 'first_relu' });
  x = nn.conv2d(x, { name: 'last', out: 6, kernel: 3, stride: 1, bias: true });
  x = nn.activation(x, 'relu', { name: 'last_relu' });
  return nn.graph(nn.dense(nn.dropout(nn.globalAvgPool(x), { rate: 0.5 }), { name: 'fc', units: classes }));
}

export async function outputOf(graph: Graph, params: Parameters, input: Float32Tensor): Promise<Float32Array> {
  await using session = await backend.prepare(graph, params);
  return (await session.run(input)).output.data;
}
