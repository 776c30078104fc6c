import type { LayerConfig } from './config/model.js';

/**
 * Paths of layers in the graph: their names from the model down, with dots between. Names may have dots and slashes of their
 * own, so that `a.b` and a `b` in a model `a` would meet, and share their parameters; the later one is numbered.
 */
export class LayerPaths {
  readonly #paths = new Map<LayerConfig, string>();
  readonly #taken = new Set<string>();

  of(config: LayerConfig): string {
    const known = this.#paths.get(config);
    if (known !== undefined) return known;
    const path = config.path.replaceAll('/', '.');
    let free = path;
    for (let i = 1; this.#taken.has(free); i++) free = `${path}_${i}`;
    this.#taken.add(free);
    this.#paths.set(config, free);
    return free;
  }
}
