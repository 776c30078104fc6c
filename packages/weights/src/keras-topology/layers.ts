/** A layer as Keras 2 and TensorFlow.js write it in a functional model. */
export interface LayerConfig {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly unknown[];
}

/** Collects the layers of a model, each under a name of its own. */
export class LayerList {
  readonly layers: LayerConfig[] = [];
  readonly #taken: Set<string>;

  /** `reserved` are names of layers with weights, which must be theirs. */
  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved);
  }

  /** A layer without weights, called `name` or, where that is taken, `name_1` and so on. Returns its name. */
  add(className: string, name: string, config: object, inputs: readonly string[]): string {
    let own = name;
    for (let i = 1; this.#taken.has(own); i++) own = `${name}_${i}`;
    this.#taken.add(own);
    return this.addNamed(className, own, config, inputs);
  }

  /** A layer under exactly this name, which its weights have too. */
  addNamed(className: string, name: string, config: object, inputs: readonly string[]): string {
    this.layers.push({
      class_name: className,
      name,
      config: { name, trainable: true, dtype: 'float32', ...config },
      inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
    });
    return name;
  }
}
