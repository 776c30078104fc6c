import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type CatalogueItem, HubError } from '../src/index.js';
import { type ResolvedFile, type ResolveOptions, resolveFile } from '../src/node.js';
import { type FakeHost, fakeHost, type Manner, sha256Of, someBytes } from './server.js';

export const SIZE = 300_000;
export const bytes = someBytes(SIZE);
/** Limits with which a test does not wait. */
export const FAST = { firstPause: 5, longestPause: 20, idleTimeout: 250 };

/** A host and an empty cache for each test of a file. */
export let host: FakeHost;
export let cache: string;

export function useHostAndCache(): void {
  beforeEach(async () => {
    host = await fakeHost();
    cache = mkdtempSync(join(tmpdir(), 'convzoo-hub-'));
  });
  afterEach(async () => {
    await host.close();
    rmSync(cache, { recursive: true, force: true });
  });
}

export const pull = (text: string, options: ResolveOptions = {}): Promise<ResolvedFile> =>
  resolveFile(text, { cache, environment: {}, limits: FAST, ...options });

export const catalogueOf = (item: CatalogueItem) => ({ find: () => item });

/** Serves the bytes in those manners and pulls them as a catalogue entry with their checksum. */
export function pullServed(
  manners: readonly Manner[],
  options: ResolveOptions = {},
  item: Partial<CatalogueItem> = {},
): Promise<ResolvedFile> {
  const location = host.serve('/weights.bin', bytes, ...manners);
  const checksum = { algorithm: 'sha256', digest: sha256Of(bytes) } as const;
  return pull('x', { catalogue: catalogueOf({ location, checksum, ...item }), ...options });
}

export async function failure(work: Promise<unknown>): Promise<HubError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HubError) return error;
  throw new Error(`no HubError, but ${String(error)}`);
}

/** The ranges that the host was asked for, in order. */
export const ranges = (): readonly (string | undefined)[] => host.seen.map(({ headers }) => headers.range);

export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => name)
    .sort();
