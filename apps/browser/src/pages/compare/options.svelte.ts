import { type CostAxis, costAxes } from '@convzoo/charts';
import type { ConventionName } from '@convzoo/cost-analysis';
import { route, setParams } from '../../app/route.svelte.js';
import { compareStrings } from '../../strings/compare.js';
import { type LayerGroup, layerGroups } from './layer-group.js';

// What the address of the page says, with what holds where it says nothing.

/** In the table at first: a large network, a small one, and one that was searched for. */
const FIRST_CHOSEN: readonly string[] = ['resnet50', 'mobilenet_v2', 'efficientnet_b0'];
/** Where all are removed: no text would be those of the beginning. */
const NONE = 'none';
const FIRST_EXPLORED = 'mobilenet_v1';

export type FrontMode = 'on' | 'only' | 'off';

const isCost = (text: string): text is CostAxis => Object.hasOwn(costAxes, text);
const isConvention = (text: string): text is ConventionName => Object.hasOwn(compareStrings.text.conventionTexts, text);

const words = (text: string, separator: string): readonly string[] => [
  ...new Set(text.split(separator).filter((word) => word !== '')),
];
const positive = (text: string): number | undefined => {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) && value > 0 ? value : undefined;
};

export const options = {
  get cost(): CostAxis {
    const text = route.param('against', 'macs');
    return isCost(text) ? text : 'macs';
  },
  get scale(): 'log' | 'linear' {
    return route.param('scale') === 'linear' ? 'linear' : 'log';
  },
  get convention(): ConventionName {
    const text = route.param('convention', 'convzoo');
    return isConvention(text) ? text : 'convzoo';
  },
  get front(): FrontMode {
    const text = route.param('front');
    return text === 'only' || text === 'off' ? text : 'on';
  },
  /** Empty for all. */
  get families(): readonly string[] {
    return words(route.param('family'), ',');
  },
  /** Networks of the table, as the zoo understands them. */
  get chosen(): readonly string[] {
    const text = route.param('networks');
    return text === NONE ? [] : text === '' ? FIRST_CHOSEN : words(text, ' ');
  },
  /** The network whose size the sliders change. */
  get explored(): string {
    return route.param('explore', FIRST_EXPLORED);
  },
  /** Undefined where the network's own is meant. */
  get width(): number | undefined {
    return positive(route.param('width'));
  },
  get input(): number | undefined {
    return positive(route.param('input'));
  },
  /** The network that is shown layer by layer; empty for the first of the table. */
  get layersOf(): string {
    return route.param('layers');
  },
  get layersBy(): LayerGroup {
    const text = route.param('per');
    return layerGroups.find((group) => group === text) ?? 'layer';
  },
};

export function choose(models: readonly string[]): void {
  const text = models.length === 0 ? NONE : models.join(' ');
  setParams({ networks: text === FIRST_CHOSEN.join(' ') ? '' : text }, 'push');
}

/** Puts a network into the table, or takes it out. */
export function toggle(model: string): void {
  const { chosen } = options;
  choose(chosen.includes(model) ? chosen.filter((each) => each !== model) : [...chosen, model]);
}

export function explore(model: string): void {
  setParams({ explore: model === FIRST_EXPLORED ? '' : model, width: '', input: '' }, 'push');
}
