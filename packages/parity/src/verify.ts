import { type Float32Tensor, nodeAt, type Parameters, sizeOf, tapOf } from '@convzoo/layers';
import type { Backend } from '@convzoo/runtime';
import { fillInput } from '@convzoo/weights/golden';
import { compareLogits, type LogitsResult } from './compare/logits.js';
import { agrees, DEFAULT_TOLERANCE } from './compare/measure.js';
import { parameterFault } from './compare/parameters.js';
import { compareTap, type TapResult } from './compare/tap.js';
import { ParityError } from './errors.js';
import { firstDifference } from './first-difference.js';
import { hintsFor } from './hints.js';
import { fillNetwork, type GoldenNetwork } from './network/network.js';
import type { GoldenTap } from './record/record.js';
import type { RecordResult } from './result.js';

export interface VerifyOptions {
  readonly backend: Backend;
  /** Largest error over the spread of the record's values that counts as equal; 1e-4 by default. */
  readonly tolerance?: number;
  /** The filled parameters, where they are there already. */
  readonly params?: Parameters;
}

/** Elements of taps that are held at a time: 256 MB. More are fetched in further runs. */
const TAP_BUDGET = 2 ** 26;

interface MatchedTap {
  readonly tap: GoldenTap;
  /** Tap or path of the graph. */
  readonly name: string;
  readonly id: number;
  readonly guessed: boolean;
}

/**
 * Fills a network by the rule, runs it and compares logits and taps with its record. It runs twice: as users run it, norms
 * folded and activations fused; and with taps, which are results of the network as it is written.
 *
 * A record that disagrees is a result, not an error. @throws ParityError `bad-tolerance`; what the backend throws
 */
export async function verifyNetwork(network: GoldenNetwork, options: VerifyOptions): Promise<RecordResult> {
  const { backend, tolerance = DEFAULT_TOLERANCE } = options;
  if (!(tolerance > 0 && Number.isFinite(tolerance))) {
    throw new ParityError('bad-tolerance', `A tolerance is a number above 0, such as 1e-4; got ${tolerance}.`);
  }
  const { record, graph } = network;
  const { case: name, framework, model } = record;
  const facts = { case: name, framework, model, backend: backend.name, tolerance };
  const { matched, unmatched } = matchTaps(network);
  const fault = parameterFault(network);
  if (fault !== undefined) {
    const at = { at: 'parameters', error: Number.POSITIVE_INFINITY, fault };
    const result = { ...facts, agrees: false, error: Number.POSITIVE_INFINITY, taps: [], unmatched };
    return { ...result, firstDifference: at, hints: hintsFor({ network, taps: [], parameters: true }) };
  }
  const params = options.params ?? fillNetwork(network);
  const { shape, layout, kind, path } = record.input;
  const input = fillInput(shape, layout, kind, path);

  const output = await run(network, params, input, backend, []);
  const plain = compareLogits(output.output, record);
  const taps: TapResult[] = [];
  let written: LogitsResult = plain;
  for (const group of groupsOf(matched, network)) {
    const results = await run(network, params, input, backend, group);
    written = compareLogits(results.output, record);
    for (const { tap, name: place, guessed } of group) {
      const tensor = results.taps[place];
      if (tensor === undefined) throw new RangeError(`backend ${backend.name} did not return tap ${place}`);
      const node = tapOf(graph, place);
      const compared = compareTap(tensor, tap, { node, name: place, graph, torch: framework !== 'keras', tolerance });
      // A guess that differs is a wrong guess: what it is a part of has other taps, and the logits.
      if (compared.agrees || !guessed) taps.push(compared);
      else unmatched.push(tap.name);
    }
  }
  const worse = agrees(plain.error, tolerance) ? written : plain;
  const error = Math.max(plain.error, written.error);
  const difference = firstDifference({ graph, taps, logits: worse, tolerance });
  return {
    ...facts,
    agrees: difference === undefined,
    error,
    taps,
    unmatched,
    ...(difference !== undefined && { firstDifference: difference }),
    hints:
      difference === undefined
        ? []
        : hintsFor({ network, taps, plain, written, tolerance, difference, output: output.output }),
  };
}

function matchTaps({ record, graph, tapOf: find }: GoldenNetwork): {
  readonly matched: readonly MatchedTap[];
  readonly unmatched: string[];
} {
  const matched: MatchedTap[] = [];
  const unmatched: string[] = [];
  for (const tap of record.taps) {
    const found = find(tap.name);
    if (found === undefined) unmatched.push(tap.name);
    else matched.push({ ...found, tap, id: tapOf(graph, found.name).id });
  }
  return { matched: matched.sort((a, b) => a.id - b.id), unmatched };
}

/** Groups of taps that fit the budget together, in the order of the graph. */
function groupsOf(taps: readonly MatchedTap[], { graph, record }: GoldenNetwork): readonly (readonly MatchedTap[])[] {
  const groups: MatchedTap[][] = [];
  let left = 0;
  for (const tap of taps) {
    const size = (record.input.shape[0] ?? 1) * sizeOf(nodeAt(graph, tap.id).shape);
    if (groups.length === 0 || size > left) {
      groups.push([]);
      left = TAP_BUDGET;
    }
    groups.at(-1)?.push(tap);
    left -= size;
  }
  return groups;
}

async function run(
  { graph }: GoldenNetwork,
  params: Parameters,
  input: Float32Tensor,
  backend: Backend,
  taps: readonly MatchedTap[],
) {
  await using session = await backend.prepare(graph, params, { taps: [...new Set(taps.map(({ name }) => name))] });
  // Awaited here: the session must live until it has answered.
  return await session.run(input);
}
