import { formatShape, type Graph } from '@convzoo/layers';
import { WeightsError } from '../errors.js';
import { layoutOf, type ParamPlace, placesOf, type SourceLayout } from '../layout/index.js';
import type { Dialect, FamilyNames } from './dialect.js';
import { toTheirs } from './pattern.js';

/** A parameter of a network as a dialect knows it: its name there, and how it lies. */
export interface SourceParam {
  readonly place: ParamPlace;
  /** e.g. `conv2_block1_1_conv/kernel`. */
  readonly name: string;
  /** Other spellings that files have. */
  readonly aliases: readonly string[];
  /** The layer's part of the name, e.g. `conv2_block1_1_conv`. */
  readonly module: string;
  readonly layout: SourceLayout;
}

/**
 * Every parameter of a graph in a dialect, in the order of the nodes. The family is found from the graph's own paths;
 * where more than one fits, `names` (the names of a file) decide. A network of no known family keeps its paths, in the
 * dialect's spelling of parameters and in its layout.
 */
export function sourceParams(graph: Graph, dialect: Dialect, names?: ReadonlySet<string>): readonly SourceParam[] {
  const places = placesOf(graph);
  const own = spell(places, dialect, undefined);
  let best = own;
  let bestScore = names === undefined ? 0 : found(own.params, names);
  for (const family of dialect.families) {
    const spelling = spell(places, dialect, family);
    const score = names === undefined ? spelling.covered : found(spelling.params, names);
    // Where names do not decide, since a family spells them as this project does, it still knows the layout of its head.
    if (score > bestScore || (score === bestScore && spelling.covered > best.covered)) {
      [best, bestScore] = [spelling, score];
    }
  }
  checkDistinct(best.params, graph, dialect);
  return best.params;
}

interface Spelling {
  readonly params: readonly SourceParam[];
  /** How many modules of the network the family names, where it is the network's family; 0 where it is not. */
  readonly covered: number;
}

/** Share of a network's modules that a family must name to be its family: all of it, or all but a head of one's own. */
const COVERAGE = 0.9;

function spell(places: readonly ParamPlace[], dialect: Dialect, family: FamilyNames | undefined): Spelling {
  const translate = toTheirs(family?.modules ?? []);
  const translateWhole = toTheirs(family?.params ?? []);
  const convolutions = new Set(family?.convolutions ?? []);
  const { flatLayerScale, groupedDepthwise } = family ?? {};
  const all = new Set<string>();
  const named = new Set<string>();
  const params = places.map((place): SourceParam => {
    const asConvolution = convolutions.has(place.module);
    const layout = layoutOf(place, dialect.framework, { asConvolution, flatLayerScale, groupedDepthwise });
    all.add(place.module);
    const whole = translateWhole(place.spec.path);
    if (whole !== undefined) {
      named.add(place.module);
      return { place, name: whole, aliases: [], module: whole.slice(0, whole.lastIndexOf(dialect.separator)), layout };
    }
    const translated = translate(place.module);
    if (translated !== undefined) named.add(place.module);
    const module = translated ?? place.module;
    const prefix = module === '' ? '' : `${module}${dialect.separator}`;
    const [leaf, ...others] = dialect.leaves(place, family);
    return { place, name: prefix + leaf, aliases: others.map((other) => prefix + other), module, layout };
  });
  return { params, covered: named.size >= COVERAGE * all.size ? named.size : 0 };
}

const found = (params: readonly SourceParam[], names: ReadonlySet<string>): number =>
  params.reduce((count, { name }) => count + (names.has(name) ? 1 : 0), 0);

function checkDistinct(params: readonly SourceParam[], graph: Graph, dialect: Dialect): void {
  const seen = new Map<string, SourceParam>();
  for (const param of params) {
    const other = seen.get(param.name);
    if (other !== undefined) {
      const [a, b] = [other, param].map(({ place }) => `${place.spec.path} (${formatShape(place.spec.shape)})`);
      throw new WeightsError(
        'bad-dialect',
        `In ${graph.name}, ${a} and ${b} are both called "${param.name}" in the ${dialect.name} dialect; choose another dialect or rename a layer.`,
      );
    }
    seen.set(param.name, param);
  }
}
