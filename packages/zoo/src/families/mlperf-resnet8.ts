import { Builder, channelsOf, convNorm, convNormActivation, type Graph, residual, type Value } from '@convzoo/layers';
import { classCount, inputShape, type NetworkOptions } from '../options.js';

/** Keras's defaults; its momentum of 0.99 is 0.01 in this project's meaning. */
const norm = { eps: 1e-3, momentum: 0.01 };

/**
 * ResNet-8 of MLPerf Tiny (Banbury et al., "MLPerf Tiny Benchmark", 2021; mlcommons/tiny, `keras_model.py`,
 * `resnet_v1_eembc`): one block a stage, convolutions with bias and TensorFlow's padding, projections without a norm.
 * Keras numbers its layers; the paths here are those of {@link cifarResNet} with option B.
 */
export function mlperfResNet8(options: NetworkOptions = {}): Graph {
  const nn = new Builder(options.name ?? 'resnet8-cifar10');
  const conv = { kernel: 3, padding: 'same', bias: true, norm } as const;
  const first = { conv: 'conv1', norm: 'bn1' };
  const second = { conv: 'conv2', norm: 'bn2' };
  let x = nn.input(inputShape(options.input, 32));
  x = convNormActivation(nn, x, { ...conv, names: first, out: 16, activation: 'relu' });
  [16, 32, 64].forEach((out, stage) => {
    const stride = stage > 0 ? 2 : 1;
    const branch = (input: Value): Value => {
      const y = convNormActivation(nn, input, { ...conv, names: first, out, stride, activation: 'relu' });
      return convNorm(nn, y, { ...conv, names: second, out });
    };
    const project = (input: Value): Value =>
      nn.scope('shortcut', () => nn.conv2d(input, { name: '0', out, kernel: 1, stride, padding: 'same', bias: true }));
    x = nn.module(`layer${stage + 1}`, () =>
      nn.module(0, () => {
        const changes = channelsOf(x.shape) !== out;
        return residual(nn, x, { branch, activation: 'relu', ...(changes && { shortcut: project }) });
      }),
    );
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'linear', units: classCount(options.classes, 10) }));
}
