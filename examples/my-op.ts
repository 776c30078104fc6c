import { Builder, defineOp, float32Tensor, type Graph, violation } from '@convzoo/layers';

/** Hard swish, x * relu6(x + 3) / 6: an op that the vocabulary does not have. */
export const hardSwish = defineOp({
  name: 'hardSwish',
  shape: ({ inputs: [x] }) => x ?? violation('needs an input'),
  macs: () => 0,
  compute([x]) {
    if (x === undefined) throw new RangeError('hardSwish needs an input.');
    return float32Tensor(
      x.shape,
      x.data.map((v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6),
    );
  },
  gradient(dy, [x]) {
    if (x === undefined) throw new RangeError('hardSwish needs an input.');
    const slope = (v: number): number => (v <= -3 ? 0 : v >= 3 ? 1 : (2 * v + 3) / 6);
    return {
      inputs: [
        float32Tensor(
          x.shape,
          dy.data.map((g, i) => g * slope(x.data[i] ?? 0)),
        ),
      ],
      params: [],
    };
  },
});

/** A network with that op. */
export default function swishNet(): Graph {
  const nn = new Builder('swish-net');
  const x = nn.conv2d(nn.input([32, 32, 3]), { name: 'conv', out: 8, kernel: 3, stride: 2, bias: true });
  return nn.graph(nn.dense(nn.globalAvgPool(nn.custom(hardSwish, [x])), { name: 'fc', units: 10 }));
}
