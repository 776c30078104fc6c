import { type Graph, paramsOf, sizeOf } from '@convzoo/layers';
import { type BindReport, compare, headPaths } from './compare.js';
import { type Dialect, detectDialect, dialects } from './dialects/index.js';
import { type OtherClasses, otherClasses } from './fit-error.js';
import { unfolded } from './folded.js';
import { matchNetwork } from './match.js';
import type { TensorInfo, WeightFile } from './weight-file.js';

/** A network that a file may be of. */
export interface FitCandidate {
  readonly name: string;
  readonly graph: Graph;
  /** The same with its auxiliary classifiers, where it has any: see {@link bindWeights}. */
  readonly auxiliary?: Graph | undefined;
}

/** How well a network fits a file. */
export interface Fit<Candidate extends FitCandidate = FitCandidate> {
  readonly candidate: Candidate;
  /**
   * `exact`: {@link bindWeights} takes it. `other-classes`: it would, built for `classes.found`. `partly`: it would not.
   */
  readonly kind: 'exact' | 'other-classes' | 'partly';
  readonly classes: OtherClasses | undefined;
  /** Parameters of the network. */
  readonly total: number;
  /** How many of them the file has, in their shape. */
  readonly matched: number;
  /** Matched ones among all parameters and all tensors that are not wanted: 1 for `exact`. */
  readonly share: number;
  /** What is missing, mis-shaped, unexpected, ignored or left out, by name. */
  readonly report: BindReport;
}

/**
 * Candidates that are compared name by name; the others differ too much in the sizes of their parameters. More than
 * there are variants of one family that differ in strides alone.
 */
const COMPARED = 16;

/** Below this share of common sizes two networks have nothing to do with each other. */
const LEAST_SHARE = 0.05;

const ORDER = { exact: 0, 'other-classes': 1, partly: 2 } as const satisfies Record<Fit['kind'], number>;

/**
 * The candidates that fit a file best, by names and shapes, best first; several may fit exactly, since networks that
 * differ in strides or padding have the same parameters, and then the candidates' order is kept. Empty where nothing has
 * anything in common with the file. Reads no tensor. Several hundred candidates take a few milliseconds each, most of it to
 * build them: first the sizes of parameters are compared, which no layout changes, then the names of the nearest.
 */
export function fitNetworks<Candidate extends FitCandidate>(
  file: Pick<WeightFile, 'tensors'>,
  candidates: Iterable<Candidate>,
): readonly Fit<Candidate>[] {
  const names = file.tensors.map(({ name }) => name);
  const spoken = dialectsOf(names);
  const sizes = tally(file.tensors.map(({ shape }) => sizeOf(shape)));
  return nearest(candidates, (candidate) => commonShare(candidate, sizes, file.tensors))
    .map((candidate) => fitOf(candidate, file, spoken))
    .filter(({ matched }) => matched > 0)
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || b.share - a.share);
}

/**
 * The same where there are variants of networks by framework: those of the dialect that the file's names are in are tried first, and
 * the others only where none of these fits.
 *
 * @param variants all, or those of one dialect
 */
export function fitVariants<Candidate extends FitCandidate>(
  file: Pick<WeightFile, 'tensors'>,
  variants: (dialect?: string) => Iterable<Candidate>,
): readonly Fit<Candidate>[] {
  const detected = detectDialect(file.tensors.map(({ name }) => name));
  const likely = detected === undefined ? [] : fitNetworks(file, variants(detected));
  if (likely[0] !== undefined && likely[0].kind !== 'partly') return likely;
  const all = fitNetworks(file, variants());
  return all[0] !== undefined && (likely[0] === undefined || all[0].share > likely[0].share) ? all : likely;
}

/** The candidates worth a comparison by name. Others are let go as they come: hundreds of graphs take 100 MB. */
function nearest<Candidate>(candidates: Iterable<Candidate>, shareOf: (candidate: Candidate) => number): Candidate[] {
  let kept: { readonly candidate: Candidate; readonly share: number }[] = [];
  for (const candidate of candidates) {
    const share = shareOf(candidate);
    if (share < LEAST_SHARE) continue;
    kept.push({ candidate, share });
    // The sort is stable: among equals the first stay.
    if (kept.length > 4 * COMPARED) kept = kept.sort((a, b) => b.share - a.share).slice(0, COMPARED);
  }
  return kept
    .sort((a, b) => b.share - a.share)
    .slice(0, COMPARED)
    .map(({ candidate }) => candidate);
}

function fitOf<Candidate extends FitCandidate>(
  candidate: Candidate,
  given: Pick<WeightFile, 'tensors'>,
  spoken: readonly Dialect[],
): Fit<Candidate> {
  const { graph, auxiliary } = candidate;
  const { file } = unfolded(auxiliary ?? graph, given);
  const match = matchNetwork(graph, file, auxiliary, spoken);
  const report = compare(match, file);
  const { missing, misshaped, unexpected } = report;
  const total = match.params.length;
  const classes = otherClasses(report, headPaths(graph));
  const fits = missing.length + misshaped.length + unexpected.length === 0;
  return {
    candidate,
    kind: fits ? 'exact' : classes === undefined ? 'partly' : 'other-classes',
    classes,
    total,
    matched: match.fitting,
    share: match.fitting / (total + unexpected.length),
    report,
  };
}

/** Names of torchvision and timm are told apart by the network only. */
function dialectsOf(names: readonly string[]): readonly Dialect[] {
  const detected = detectDialect(names);
  if (detected === undefined) return Object.values(dialects);
  const { torchvision, timm, keras } = dialects;
  if (detected === 'keras') return [keras];
  return detected === 'timm' ? [timm, torchvision] : [torchvision, timm];
}

type Tally = ReadonlyMap<number, number>;

function tally(sizes: readonly number[]): Tally {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}

/** Parameters for which the file has a tensor of as many numbers, among the parameters and tensors of both. */
function commonShare({ graph, auxiliary }: FitCandidate, sizes: Tally, tensors: readonly TensorInfo[]): number {
  const own = paramsOf(auxiliary ?? graph).map(({ shape }) => sizeOf(shape));
  let common = 0;
  for (const [size, count] of tally(own)) common += Math.min(count, sizes.get(size) ?? 0);
  return common / Math.max(own.length + tensors.length - common, 1);
}
