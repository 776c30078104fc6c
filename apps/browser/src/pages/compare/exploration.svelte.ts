import type { MovedPoint } from '@convzoo/charts';
import { untrack } from 'svelte';
import { setParams } from '../../app/route.svelte.js';
import { service } from '../../compute/compute.js';
import { modelText, type NetworkRow, type PublishedAccuracy } from './network-row.js';
import { options } from './options.svelte.js';
import { pointOf } from './points.js';
import type { Sizes } from './service.js';
import { countSized } from './sized.svelte.js';
import { zoo } from './zoo.svelte.js';

interface Size {
  readonly width: number;
  readonly input: number;
}

/** Milliseconds after the last movement of a slider at which the address has it: browsers allow few changes a second. */
const REST = 250;

/** Where a slider is while it moves. */
let dragged: Size | undefined = $state.raw();
let resting: ReturnType<typeof setTimeout> | undefined;
let row: NetworkRow | undefined = $state.raw();
let problem: unknown = $state.raw();
let sizes: (Sizes & { readonly of: string }) | undefined = $state.raw();

const base = (): NetworkRow | undefined => zoo.rows.find(({ model }) => model === options.explored);

function size(): Size {
  const own = base();
  const width = own?.anyWidth === false ? 1 : (options.width ?? 1);
  return dragged ?? { width, input: options.input ?? own?.defaultInput ?? 224 };
}

/** What someone published for the size; of the network as it is defined, what the chart has. */
function accuracy(at: NetworkRow): PublishedAccuracy | undefined {
  const same = sizes?.of === at.name ? sizes.published : [];
  return at.accuracy ?? same.find(({ width, input }) => width === at.width && input === at.input[0]);
}

/** The network whose width and input the sliders change. */
export const exploration = {
  /** As it is defined. */
  get base(): NetworkRow | undefined {
    return base();
  },
  get size(): Size {
    return size();
  },
  get model(): string {
    const own = base();
    const { width, input } = size();
    return own === undefined ? options.explored : modelText(own, width, input);
  },
  /** At the size; while that is counted, at the one before. */
  get row(): NetworkRow | undefined {
    return row?.name === options.explored ? row : base();
  },
  get problem(): unknown {
    return problem;
  },
  get sizes(): Sizes | undefined {
    return sizes?.of === options.explored ? sizes : undefined;
  },
  /** Published for the counted size. */
  get accuracy(): PublishedAccuracy | undefined {
    const at = this.row;
    return at === undefined ? undefined : accuracy(at);
  },
  /** Its place on the chart, where it is not the one it is defined with. */
  get moved(): MovedPoint | undefined {
    const own = base();
    const at = this.row;
    if (own === undefined || at === undefined || at.model === own.model) return undefined;
    const known = accuracy(at);
    const from = pointOf(own);
    const published = known ?? own.accuracy;
    const to = published === null ? undefined : pointOf({ ...at, accuracy: published });
    return to === undefined ? undefined : { ...to, from: from ?? to, known: known !== undefined };
  },

  /** A slider has moved. */
  drag(change: Partial<Size>): void {
    dragged = { ...size(), ...change };
    clearTimeout(resting);
    resting = setTimeout(rest, REST);
  },

  /** Counts whatever is asked for now. Called from an effect. */
  follow(): void {
    // As the zoo is counted: while that changes, all numbers of the page stay the old ones.
    const { convention } = zoo;
    if (base() === undefined || convention === undefined) return;
    void countLast({ model: this.model, convention });
  },
  followSizes(): void {
    const { explored } = options;
    untrack(() => void loadSizes(explored));
  },
};

function rest(): void {
  const own = base();
  if (dragged === undefined || own === undefined) return;
  const { width, input } = dragged;
  setParams({
    width: width === 1 ? '' : String(width),
    input: input === own.defaultInput ? '' : String(input),
  });
  dragged = undefined;
}

type Asked = Parameters<ReturnType<typeof service<'compare'>>['count']>[0];
let asked: Asked | undefined;
let running = false;

/** One at a time, and of those that were asked for meanwhile only the last: a slider never waits for its own past. */
async function countLast(input: Asked): Promise<void> {
  asked = input;
  if (running) return;
  running = true;
  while (asked !== undefined) {
    const { model, convention }: Asked = asked;
    asked = undefined;
    const answer = await countSized(model, convention);
    if ('row' in answer) row = answer.row;
    problem = 'row' in answer ? undefined : answer.problem;
  }
  running = false;
}

async function loadSizes(model: string): Promise<void> {
  if (sizes?.of === model) return;
  try {
    const found = await service('compare').sizes(model);
    if (options.explored === model) sizes = { ...found, of: model };
  } catch {
    // A network that there is not: the panel says so where it counts.
  }
}
