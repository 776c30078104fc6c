import { type Graph, inputOf } from '@convzoo/layers';
import { type Preset, presetFor, presetOfWeights } from '@convzoo/preprocessing';
import type { ComputeContext } from '../../../compute/context.js';
import { Recent } from '../../../compute/recent.js';
import type { InsideSource } from '../source.js';

/** A network without its weights: what it computes, and how pictures become its input. */
export interface Architecture {
  /** As its weights or its file are called. */
  readonly name: string;
  readonly graph: Graph;
  readonly preset: Preset;
  /** What the zoo calls it, where it is of the zoo and its weights are published somewhere else than here. */
  readonly model: string | undefined;
}

/** Architectures, the last few. Those of published weights are there before the weights are. */
export class Architectures {
  readonly #known = new Recent<Promise<Architecture | undefined>>(4);

  constructor(readonly context: ComputeContext) {}

  /** @throws ConvzooError `unknown-model`; what loading weights throws, where only they have the architecture */
  async of(source: InsideSource, signal: AbortSignal): Promise<Architecture> {
    const named = await this.#named(source);
    if (named !== undefined) return named;
    if (source.kind === 'zoo') throw new RangeError(`the zoo has no ${source.name}`);
    // Networks are kept there, and each caller may give up on its own.
    const { graph, preset, info } = await this.context.networks.load(source, { signal });
    return { name: info.name, graph, preset, model: undefined };
  }

  #named(source: InsideSource): Promise<Architecture | undefined> | undefined {
    if (source.kind !== 'zoo' && source.kind !== 'catalogue') return undefined;
    const key = `${source.kind} ${source.name}`;
    const there = this.#known.get(key);
    if (there !== undefined) return there;
    const building = source.kind === 'zoo' ? ofZoo(source.name) : ofPublished(source.name);
    this.#known.set(key, building);
    building.catch(() => this.#known.delete(key));
    return building;
  }
}

async function ofZoo(spec: string): Promise<Architecture> {
  const { resolveModel } = await import('@convzoo/zoo');
  const { entry, options, preset, name } = resolveModel(spec);
  const graph = entry.build(options);
  return { name: spec, graph, preset: presetFor(preset, inputOf(graph).shape), model: name };
}

async function ofPublished(name: string): Promise<Architecture | undefined> {
  const [{ findPretrained }, { resolveModel }] = await Promise.all([
    import('@convzoo/zoo/pretrained'),
    import('@convzoo/zoo'),
  ]);
  const found = findPretrained(name);
  if (found === undefined) return undefined;
  const { model, dialect, classes, input } = found;
  const resolved = resolveModel(model, { dialect, classes, input });
  const graph = resolved.entry.build(resolved.options);
  const preset = presetOfWeights(found) ?? presetFor(found.preprocessing.preset, inputOf(graph).shape);
  return { name: found.name, graph, preset, model: resolved.name };
}
