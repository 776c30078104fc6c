import { type Builder, channelsOf, type Value } from '@convzoo/layers';

/** ConvNeXt's block (Liu et al., 2022): 7x7 depthwise, layer norm, and two dense layers on every pixel around a GELU. */
export function convnextBlocks(nn: Builder, x: Value, options: { readonly blocks: number }): Value {
  const channels = channelsOf(x.shape);
  let y = x;
  for (let i = 0; i < options.blocks; i++) {
    y = nn.module(i, () => {
      let z = nn.depthwiseConv2d(y, { name: 'depthwise', kernel: 7, bias: true });
      z = nn.layerNorm(z, { name: 'norm' });
      z = nn.activation(nn.dense(z, { name: 'expand', units: 4 * channels, pointwise: true }), 'gelu');
      z = nn.dense(z, { name: 'project', units: channels, pointwise: true });
      return nn.add(nn.layerScale(z, { parameter: 'layer_scale' }), y);
    });
  }
  return y;
}
