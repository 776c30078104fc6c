import type { Backend } from './backend.js';
import { RuntimeError } from './errors.js';

/** A backend that may or may not be there. */
export interface BackendCandidate {
  readonly name: string;
  /** Why it stands where it does in the order, e.g. "the fastest that is installed". */
  readonly reason: string;
  /** @throws where it cannot be had; the message is shown to the user */
  load(): Promise<Backend>;
}

export interface BackendChoice {
  readonly backend: Backend;
  /** Why this one: shown beside every result. */
  readonly reason: string;
  /** Those that came first and could not be had. */
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[];
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The first candidate that can be had, with the reason, or exactly the one that was asked for: a backend asked for by
 * name is never replaced by another.
 *
 * @throws RuntimeError `unknown-backend`, `backend-unavailable`, `no-backend`
 */
export async function chooseBackend(candidates: readonly BackendCandidate[], wanted?: string): Promise<BackendChoice> {
  if (wanted !== undefined)
    return { backend: await loadWanted(candidates, wanted), reason: 'asked for', passedOver: [] };
  const passedOver: { name: string; reason: string }[] = [];
  for (const candidate of candidates) {
    try {
      return { backend: await candidate.load(), reason: candidate.reason, passedOver };
    } catch (error) {
      passedOver.push({ name: candidate.name, reason: messageOf(error) });
    }
  }
  const reasons = passedOver.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  throw new RuntimeError('no-backend', `No backend could be had (${reasons || 'there are no candidates'}).`);
}

async function loadWanted(candidates: readonly BackendCandidate[], wanted: string): Promise<Backend> {
  const candidate = candidates.find(({ name }) => name === wanted);
  if (candidate === undefined) {
    const names = candidates.map(({ name }) => name).join(', ');
    throw new RuntimeError('unknown-backend', `There is no backend "${wanted}". Known here: ${names}.`);
  }
  try {
    return await candidate.load();
  } catch (error) {
    throw new RuntimeError('backend-unavailable', `Backend ${wanted} is not there: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
