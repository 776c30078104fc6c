import type { Graph } from '@convzoo/layers';
import { type DialectName, kerasTopology, type WeightFile, WeightsError } from '@convzoo/weights';

/** The architecture that a TensorFlow.js model is written with, or why there is none. */
export interface Topology {
  readonly topology?: object;
  readonly notes: readonly string[];
}

/** Layers of TensorFlow.js 4 that networks of pictures have. */
const TFJS_LAYERS: ReadonlySet<string> = new Set([
  ...['InputLayer', 'Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax', 'ThresholdedReLU'],
  ...['Conv1D', 'Conv2D', 'Conv2DTranspose', 'DepthwiseConv2D', 'SeparableConv2D', 'Dense'],
  ...['Add', 'Average', 'Concatenate', 'Dot', 'Maximum', 'Minimum', 'Multiply'],
  ...['Cropping2D', 'Flatten', 'Permute', 'RepeatVector', 'Reshape', 'UpSampling2D', 'ZeroPadding2D'],
  ...['AveragePooling2D', 'MaxPooling2D', 'GlobalAveragePooling2D', 'GlobalMaxPooling2D'],
  ...['BatchNormalization', 'LayerNormalization', 'Dropout', 'GaussianDropout', 'GaussianNoise', 'AlphaDropout'],
  ...['Rescaling', 'Resizing', 'CenterCrop', 'Sequential', 'Model', 'Functional'],
]);

function parse(config: string): unknown {
  try {
    return JSON.parse(config);
  } catch {
    return undefined;
  }
}

/** Models within models; configurations are not nested deeper. */
const MAX_DEPTH = 16;

/** Classes of all layers of a configuration, once each; models within models too. */
function layerClasses(model: unknown): readonly string[] {
  const found = new Set<string>();
  const collect = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) {
      found.add('something that is no layer');
      return;
    }
    if ('class_name' in value && typeof value.class_name === 'string') found.add(value.class_name);
    const config = 'config' in value ? value.config : undefined;
    // The layers of a model are a list, in old files of Sequential its configuration itself.
    const layers = typeof config === 'object' && config !== null && 'layers' in config ? config.layers : config;
    if (Array.isArray(layers)) for (const layer of layers) collect(layer, depth + 1);
  };
  collect(model, 0);
  return [...found];
}

/**
 * The architecture that the file has itself, as a model of Keras 2 or TensorFlow.js does; undefined where it has none.
 * TensorFlow.js 4 reads no configuration of Keras 3.
 */
export function architectureOf(file: WeightFile): Topology | undefined {
  const config = file.metadata.get('model_config');
  if (config === undefined) return undefined;
  if (file.format !== 'keras-h5' && file.format !== 'tfjs') {
    return { notes: ['TensorFlow.js does not read the configuration of Keras 3, so no architecture was written'] };
  }
  const parsed = parse(config);
  const unknown = layerClasses(parsed).filter((name) => !TFJS_LAYERS.has(name));
  if (unknown.length > 0) {
    return { notes: [`its own architecture has ${unknown.join(', ')}, which TensorFlow.js does not know`] };
  }
  return { topology: { keras_version: '2', backend: 'tensorflow', model_config: parsed }, notes: [] };
}

/** The architecture of a network, where the weights are in Keras's names and each of its ops has a layer there. */
export function topologyOf(graph: Graph, dialect: DialectName): Topology {
  if (dialect !== 'keras') {
    return { notes: [`names of ${dialect} are none of Keras's layers, so no architecture was written`] };
  }
  try {
    return { topology: kerasTopology(graph), notes: [] };
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    return { notes: [`no architecture was written: ${error.message}`] };
  }
}
