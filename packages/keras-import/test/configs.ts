import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Configurations that Keras 2 and 3 wrote, by case (fixtures/keras-import/generate.py). */
export const kerasConfigs: ReadonlyMap<string, Json> = new Map(
  JSON.parse(
    gunzipSync(readFileSync(new URL('../../../fixtures/keras-import/configs.json.gz', import.meta.url))).toString(),
  ).map((record: { case: string; config: Json }) => [record.case, record.config]),
);

/** A layer of a functional model as Keras 2 writes it; `from` are the layers that it is called with. */
export const layer = (className: string, name: string, config: object = {}, from: readonly string[] = []) => ({
  class_name: className,
  name,
  config: { name, ...config },
  inbound_nodes: from.length === 0 ? [] : [from.map((other) => [other, 0, 0, {}])],
});

export const inputLayer = (shape: readonly (number | null)[] = [8, 8, 3]) =>
  layer('InputLayer', 'in', { batch_input_shape: [null, ...shape] });

/** A functional model that ends in its last layer. */
export function functional(layers: readonly ReturnType<typeof layer>[], name = 'net') {
  const last = layers.at(-1)?.name ?? '';
  return {
    class_name: 'Functional',
    config: { name, layers, input_layers: [['in', 0, 0]], output_layers: [[last, 0, 0]] },
  };
}

/** A model of one input and one layer. */
export const only = (className: string, config: object = {}, shape?: readonly (number | null)[]) =>
  functional([inputLayer(shape), layer(className, 'only', config, ['in'])]);
