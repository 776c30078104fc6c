import { isObject, type JsonObject } from '../../json.js';

/** A layer as a model's configuration describes it. */
export interface KerasLayer {
  readonly name: string;
  /** Its own settings, e.g. `use_bias`. */
  readonly config: JsonObject;
}

/** Models within models; a configuration is not nested deeper anyway. */
const MAX_DEPTH = 16;

/**
 * The layers of a model by where Keras 3 keeps their variables: `layers/conv2d_1` for the second Conv2D, and
 * `layers/sequential/layers/dense` in a model that is a layer. Keras counts the layers of each class in the order of the
 * configuration (saving_lib.py, `_save_container_state`).
 */
export function layersByGroup(model: unknown): ReadonlyMap<string, KerasLayer> {
  const found = new Map<string, KerasLayer>();
  collect(model, '', 0, found);
  return found;
}

function collect(model: unknown, path: string, depth: number, found: Map<string, KerasLayer>): void {
  const config = isObject(model) ? model['config'] : undefined;
  const layers = isObject(config) ? config['layers'] : undefined;
  if (!Array.isArray(layers) || depth > MAX_DEPTH) return;
  const counts = new Map<string, number>();
  for (const layer of layers as readonly unknown[]) {
    const { class_name: className, config: settings }: JsonObject = isObject(layer) ? layer : {};
    if (typeof className !== 'string' || !isObject(settings)) continue;
    const kind = snakeCase(className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const group = `${path}layers/${count === 0 ? kind : `${kind}_${count}`}`;
    const { name } = settings;
    if (typeof name === 'string') found.set(group, { name, config: settings });
    collect(layer, `${group}/`, depth + 1, found);
  }
}

/** As Keras does it (utils/naming.py): `Conv2D` is `conv2d`, `BatchNormalization` `batch_normalization`. */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
