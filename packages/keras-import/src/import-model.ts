import { type Pair, type Parameters, sizeOf } from '@convzoo/layers';
import { type BindOptions, type BindReport, toFloat32, type WeightFile } from '@convzoo/weights';
import { bindKerasWeights } from './bind.js';
import { parseConfig } from './config/json.js';
import { KerasImportError } from './errors.js';
import { importKerasConfig, type KerasNetwork } from './import-config.js';
import { isConstant } from './match-variables.js';

export interface ImportModelOptions extends Omit<BindOptions, 'dialect' | 'strict'> {
  /** Height and width of pictures, where the model leaves them open or others are wanted. */
  readonly size?: Pair | undefined;
}

/** A model of Keras with its weights. */
export interface KerasModel extends KerasNetwork {
  readonly params: Parameters;
  readonly report: BindReport;
}

/** Constants of a Normalization layer: one for each channel of a picture, or for each feature. */
const MAX_CONSTANTS = 65_536;

/**
 * Architecture and weights of a model that Keras or TensorFlow.js saved: `.h5` of a whole model, `.keras`, or `model.json`
 * with its files, opened by `openWeights` or `openWeightsFile` of `@convzoo/weights`.
 *
 * @throws KerasImportError, also `no-architecture` for a file of weights alone; what `bindKerasWeights` throws
 */
export async function importKerasModel(file: WeightFile, options: ImportModelOptions = {}): Promise<KerasModel> {
  const { size, ...bindOptions } = options;
  const network = await importKerasArchitecture(file, size);
  const { params, report } = await bindKerasWeights(network, file, bindOptions);
  return { ...network, params, report };
}

/** The architecture alone; of the numbers only the constants of Normalization layers are read. */
export async function importKerasArchitecture(file: WeightFile, size?: Pair): Promise<KerasNetwork> {
  const text = file.metadata.get('model_config');
  if (text === undefined) {
    throw new KerasImportError(
      'no-architecture',
      '',
      `${file.name} has weights but no architecture. Save the whole model (model.save), or name the network that they are of.`,
    );
  }
  const kerasVersion = file.metadata.get('keras_version');
  return importKerasConfig(parseConfig(text), { size, kerasVersion, constants: await readConstants(file) });
}

async function readConstants(file: WeightFile): Promise<ReadonlyMap<string, readonly number[]>> {
  const constants = new Map<string, readonly number[]>();
  for (const { name, shape } of file.tensors) {
    if (!isConstant(name) || name.endsWith('count') || sizeOf(shape) > MAX_CONSTANTS) continue;
    constants.set(name, [...toFloat32(await file.read(name)).data]);
  }
  return constants;
}
