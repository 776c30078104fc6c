import { ConvzooError } from '@convzoo/layers';
import { type GoldenRecord, type RecordResult, type VerifyOptions, verifyNetwork } from '@convzoo/parity';
import { describeFailure, type Failure } from '../errors.js';
import type { NetworkFinder } from './networks.js';

/** What came of one record: a comparison, or the reason why there is none. */
export type Outcome =
  | { readonly record: GoldenRecord; readonly agrees: boolean; readonly result: RecordResult; readonly failure?: never }
  | { readonly record: GoldenRecord; readonly agrees: false; readonly failure: Failure; readonly result?: never };

/** Compares one record. What hinders it is its outcome, so that the other records of a file are compared all the same. */
export async function verifyRecord(
  record: GoldenRecord,
  networkOf: NetworkFinder,
  options: VerifyOptions,
): Promise<Outcome> {
  try {
    const result = await verifyNetwork(networkOf(record), options);
    return { record, agrees: result.agrees, result };
  } catch (error) {
    if (!(error instanceof ConvzooError)) throw error;
    return { record, agrees: false, failure: failureOf(record, error) };
  }
}

/** The zoo's own message lists all it has, where nothing is near. */
function failureOf({ model }: GoldenRecord, error: ConvzooError): Failure {
  const { code, message } = describeFailure(error);
  if (code !== 'unknown-model') return { code, message };
  const near = /Did you mean .*\?$/.exec(message)?.[0];
  const advice = 'Give its architecture as MODEL: a file, or a network of the zoo.';
  return { code, message: [`The zoo has no network called "${model}".`, near, advice].filter(Boolean).join(' ') };
}
