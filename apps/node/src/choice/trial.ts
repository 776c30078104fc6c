import { type Graph, sizeOf } from '@convzoo/layers';

/** How fast one backend ran a network on this machine; times in milliseconds. */
export interface TrialRow {
  readonly backend: string;
  /** Where it has a choice of them. */
  readonly threads?: number | undefined;
  /** From nothing to the first answer: loading the library, packing the weights, one run. */
  readonly start: number;
  /** The least time of a run. */
  readonly run: number;
}

/** A measurement of one network on the backends of one machine. */
export interface Trial {
  /** The graph's name, for people. */
  readonly model: string;
  /** Pictures at once. */
  readonly batch: number;
  /** Milliseconds since 1970. */
  readonly date: number;
  readonly rows: readonly TrialRow[];
}

/** How long so many pictures take. */
const timeFor = ({ start, run }: TrialRow, { batch }: Trial, pictures: number): number =>
  start + run * Math.max(0, pictures / batch - 1);

/** The rows by the time that so many pictures take, the fastest first; with a number of threads only those that have it. */
export function ranked(trial: Trial, pictures: number, threads?: number): readonly TrialRow[] {
  return trial.rows
    .filter((row) => threads === undefined || row.threads === undefined || row.threads === threads)
    .toSorted((a, b) => timeFor(a, trial, pictures) - timeFor(b, trial, pictures));
}

export const nameOfRow = ({ backend, threads }: Pick<TrialRow, 'backend' | 'threads'>): string =>
  threads === undefined ? backend : `${backend} on ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Why the first of ranked rows: `measured here: 4.9 ms a picture, engine on 2 threads 6.6`. */
export function reasonOf([first, ...others]: readonly TrialRow[], { batch, date }: Trial): string {
  if (first === undefined) return 'measured here';
  const each = ({ run }: TrialRow): string => (run / batch).toPrecision(2);
  const rest = others.map((row) => `, ${nameOfRow(row)} ${each(row)}`).join('');
  const day = new Date(date).toISOString().slice(0, 10);
  return `the fastest for so many pictures as measured here on ${day}: ${each(first)} ms each${rest}`;
}

/** Multiply-accumulates of one picture: convolutions and dense layers, which is all that decides here. */
export function macsOf(graph: Graph): number {
  return graph.nodes.reduce((sum, { shape, params }) => {
    const kernel = params.find(({ role }) => role === 'kernel');
    return kernel === undefined ? sum : sum + sizeOf(shape.slice(0, -1)) * sizeOf(kernel.shape);
  }, 0);
}

/** Of one picture: below this a second thread gains less than waiting for it costs (ResNet-20 at 32x32 has 41 million). */
const SMALL_NETWORK = 50e6;
/** Of the whole work: below this the start of threads, some 20 ms, costs more than they gain. */
const SMALL_WORK = 1e9;

/** Threads that work of so many pictures is worth, where nothing is measured or said. */
export function threadsFor(graph: Graph | undefined, pictures: number, available: number): number {
  if (graph === undefined) return available;
  const macs = macsOf(graph);
  return macs < SMALL_NETWORK || macs * pictures < SMALL_WORK ? 1 : available;
}

/** Multiply-accumulates a second that any of the faster backends reaches; a guess that decides only whether to measure. */
const RATE = 20e9;
/** Seconds of work from which on a measurement of some seconds, once for a network, pays. */
const WORTH_MEASURING = 10;
/** Below this the start decides, and there the engine is chosen unmeasured: what one start takes is mostly chance. */
const WORTH_LOOKING = 1;

const secondsOf = (graph: Graph, pictures: number): number => (macsOf(graph) * pictures) / RATE;

/** Whether work is long enough for a trial that is there to decide. */
export const isDecidedByTrial = (graph: Graph, pictures: number): boolean =>
  secondsOf(graph, pictures) >= WORTH_LOOKING;

/** Whether work is long enough to measure backends for it. */
export const isWorthATrial = (graph: Graph, pictures: number): boolean => secondsOf(graph, pictures) >= WORTH_MEASURING;
