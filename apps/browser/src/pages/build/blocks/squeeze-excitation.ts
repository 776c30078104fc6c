import { type Builder, channelsOf, type Value } from '@convzoo/layers';

/** Each channel times a factor that two 1x1 convolutions find from the means of all channels (Hu et al., 2017). */
export function squeezeExcitation(nn: Builder, x: Value, options: { readonly reduction: number }): Value {
  const channels = channelsOf(x.shape);
  const squeezed = Math.max(1, Math.round(channels / options.reduction));
  let y = nn.adaptiveAvgPool(x, { size: 1 });
  y = nn.activation(nn.conv2d(y, { name: 'fc1', out: squeezed, kernel: 1, bias: true }), 'relu');
  y = nn.activation(nn.conv2d(y, { name: 'fc2', out: channels, kernel: 1, bias: true }), 'sigmoid');
  return nn.multiply(x, y);
}
