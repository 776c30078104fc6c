import { type Builder, channelsOf, convNorm, convNormActivation, residual, type Value } from '@convzoo/layers';
import { squeezeExcitation } from './squeeze-excitation.js';

const names = (i: number) => ({ conv: `conv${i}`, norm: `bn${i}` });

/** Residual blocks around a branch (He et al., 2015): where the shape changes the shortcut is a 1x1 convolution. */
function residualStage(
  nn: Builder,
  x: Value,
  { out, stride, blocks }: { readonly out: number; readonly stride: number; readonly blocks: number },
  branch: (x: Value, stride: number) => Value,
): Value {
  let y = x;
  for (let i = 0; i < blocks; i++) {
    const step = i === 0 ? stride : 1;
    const project = (input: Value): Value =>
      nn.scope('downsample', () =>
        convNorm(nn, input, { names: { conv: '0', norm: '1' }, out, kernel: 1, stride: step }),
      );
    const changes = step !== 1 || channelsOf(y.shape) !== out;
    y = nn.module(i, () =>
      residual(nn, y, {
        branch: (input) => branch(input, step),
        activation: 'relu',
        ...(changes && { shortcut: project }),
      }),
    );
  }
  return y;
}

/** Basic blocks: two 3x3 convolutions each. */
export function basicBlocks(
  nn: Builder,
  x: Value,
  options: {
    readonly filters: number;
    readonly stride: number;
    readonly blocks: number;
    readonly excitation: boolean;
  },
): Value {
  const { filters, stride, blocks, excitation } = options;
  return residualStage(nn, x, { out: filters, stride, blocks }, (input, step) => {
    let y = convNormActivation(nn, input, {
      names: names(1),
      out: filters,
      kernel: 3,
      stride: step,
      activation: 'relu',
    });
    y = convNorm(nn, y, { names: names(2), out: filters, kernel: 3 });
    return excitation ? nn.scope('se', () => squeezeExcitation(nn, y, { reduction: 16 })) : y;
  });
}

/** Bottleneck blocks: 1x1 reduces to the filters, 3x3 strides, 1x1 expands to four times the filters. */
export function bottleneckBlocks(
  nn: Builder,
  x: Value,
  options: {
    readonly filters: number;
    readonly stride: number;
    readonly blocks: number;
    readonly groups: number;
    readonly excitation: boolean;
  },
): Value {
  const { filters, stride, blocks, groups, excitation } = options;
  const out = 4 * filters;
  return residualStage(nn, x, { out, stride, blocks }, (input, step) => {
    let y = convNormActivation(nn, input, { names: names(1), out: filters, kernel: 1, activation: 'relu' });
    y = convNormActivation(nn, y, {
      names: names(2),
      out: filters,
      kernel: 3,
      stride: step,
      groups,
      activation: 'relu',
    });
    y = convNorm(nn, y, { names: names(3), out, kernel: 1 });
    return excitation ? nn.scope('se', () => squeezeExcitation(nn, y, { reduction: 16 })) : y;
  });
}
