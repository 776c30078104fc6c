import type { Converter, Layer } from '../layer.js';

/** Keras counts axes with the batch, and writes one as a number or a list. */
function refuseOtherAxes(layer: Layer): void {
  const { shape } = layer.input;
  const given = layer.settings.raw('axis') ?? -1;
  const axes: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== shape.length)) {
    layer.unsupported(`it works over axis ${JSON.stringify(given)}, and only channels, the last, are normalised here`);
  }
}

export const batchNormalization: Converter = (layer) => {
  refuseOtherAxes(layer);
  const { settings, input } = layer;
  settings.refuse('renorm', [false], 'batch renormalisation has no counterpart here');
  const x = layer.channelwise(input);
  const shape = [input.shape.at(-1) ?? 0];
  const params = [
    ...(settings.boolean('scale', true) ? [layer.param('scale', 'weight', shape, ['gamma'])] : []),
    ...(settings.boolean('center', true) ? [layer.param('shift', 'bias', shape, ['beta'])] : []),
    layer.param('mean', 'running_mean', shape, ['moving_mean', 'running_mean']),
    layer.param('variance', 'running_var', shape, ['moving_variance', 'running_std']),
  ];
  // Keras's momentum is the share of the old statistics.
  const attributes = { eps: settings.number('epsilon', 1e-3), momentum: 1 - settings.number('momentum', 0.99) };
  return layer.like(input, layer.node('batchNorm', attributes, [x], { params }));
};

export const layerNormalization: Converter = (layer) => {
  refuseOtherAxes(layer);
  const { settings, input } = layer;
  settings.refuse('rms_scaling', [false], 'normalisation without the mean has no counterpart here');
  const x = layer.channelwise(input);
  const shape = [input.shape.at(-1) ?? 0];
  const params = [
    ...(settings.boolean('scale', true) ? [layer.param('scale', 'weight', shape, ['gamma'])] : []),
    ...(settings.boolean('center', true) ? [layer.param('shift', 'bias', shape, ['beta'])] : []),
  ];
  return layer.like(input, layer.node('layerNorm', { eps: settings.number('epsilon', 1e-3) }, [x], { params }));
};

export const rescaling: Converter = (layer) => {
  const { settings, input } = layer;
  const [scale, offset] = [settings.numbers('scale'), settings.numbers('offset', 0)];
  return layer.like(input, layer.node('rescale', { scale, offset }, [layer.channelwise(input)]));
};

/** Keras's own smallest deviation (backend.epsilon). */
const SMALLEST_DEVIATION = 1e-7;

/**
 * (x - mean) / deviation. The constants stand in the configuration, or, where the layer was adapted to data, among the
 * weights; a layer that never was has mean 0 and variance 1.
 */
export const normalization: Converter = (layer) => {
  refuseOtherAxes(layer);
  const { settings, input, context } = layer;
  settings.refuse('invert', [false], 'undoing a normalisation is no part of a classifier');
  const constants = (name: 'mean' | 'variance', otherwise: number): readonly number[] => {
    if (settings.has(name)) return settings.numbers(name);
    const { path, name: ownName } = layer.config;
    // TensorFlow.js's converter leaves the layer's name out.
    const names = [`${path}/${name}`, `${ownName}/${name}`, name];
    const kept = names.map((candidate) => context.constants.get(candidate)).find((numbers) => numbers !== undefined);
    if (kept === undefined) layer.note(`${path}: no ${name} was given, so it is ${otherwise}`);
    return kept ?? [otherwise];
  };
  const [mean, variance] = [constants('mean', 0), constants('variance', 1)];
  const scale = variance.map((value) => 1 / Math.max(Math.sqrt(value), SMALLEST_DEVIATION));
  const each = Math.max(mean.length, scale.length);
  const offset = Array.from({ length: each }, (_, i) => {
    // Not minus the product, which would be -0 where JSON has 0.
    return 0 - (mean[i % mean.length] ?? 0) * (scale[i % scale.length] ?? 0);
  });
  return layer.like(input, layer.node('rescale', { scale, offset }, [layer.channelwise(input)]));
};

/** ConvNeXt's layer of keras.applications: each channel times a trained factor. */
export const layerScale: Converter = (layer) => {
  const { input } = layer;
  const gamma = layer.param('scale', 'gamma', [input.shape.at(-1) ?? 0], ['gamma', 'Variable', 'variable', '0']);
  return layer.like(input, layer.node('layerScale', {}, [layer.channelwise(input)], { params: [gamma] }));
};
