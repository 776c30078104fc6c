import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes } from '@convzoo/cost-analysis/format';
import { type CacheEntry, cacheFolder, hashFile, listCache, verifyEntry } from '@convzoo/hub/node';
import { cardUrl } from '@convzoo/pretrained-resnet20-cifar10';
import { describeFailure } from '../errors.js';
import { embedded } from '../network/embedded.js';
import { nameOfUrl } from '../weights/catalogue.js';
import type { Check } from './check.js';

/** Bytes that are hashed, the last used files first: a second or two of work. The others are compared by size. */
const HASHED_BYTES = 2 ** 30;

export async function cacheChecks(): Promise<readonly Check[]> {
  const folder = cacheFolder();
  const own = await embeddedCheck();
  try {
    const entries = await listCache(folder);
    return [await folderCheck(folder, entries), own, await checksumCheck(entries)];
  } catch (error) {
    const found = describeFailure(error).message.replace(OTHER_FOLDER, '').trim().replace(/\.$/, '');
    return [{ name: 'Cache', status: 'problem', found, remedy: OTHER_FOLDER, facts: { folder } }, own];
  }
}

const OTHER_FOLDER = 'Set CONVZOO_CACHE to a folder that can be written.';

async function folderCheck(folder: string, entries: readonly CacheEntry[]): Promise<Check> {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  const unfinished = entries.filter(({ state }) => state === 'unfinished').length;
  const problem = await whyNotWritable(folder);
  const files = `${entries.length} ${entries.length === 1 ? 'file' : 'files'}, ${formatBytes(size)}`;
  const facts = { folder, files: entries.length, unfinished, bytes: size, writable: problem === undefined };
  const found = `${folder}: ${files}${unfinished > 0 ? ` (${unfinished} unfinished)` : ''}`;
  if (problem === undefined) return { name: 'Cache', status: 'ok', found: `${found}, writable`, facts };
  return {
    name: 'Cache',
    status: 'problem',
    found: `${found}, not writable (${problem})`,
    remedy: OTHER_FOLDER,
    facts,
  };
}

/**
 * Tried by writing, since permissions do not tell (root has them all, a file system may be read-only). A folder that is not
 * there yet is not made: the nearest above it that is there has to take a file.
 */
async function whyNotWritable(folder: string): Promise<string | undefined> {
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined) return dirname(folder) === folder ? 'no such folder' : whyNotWritable(dirname(folder));
  const probe = join(folder, `.convzoo-doctor-${process.pid}`);
  try {
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe, { force: true });
    return undefined;
  } catch (error) {
    return describeFailure(error).code;
  }
}

/** The weights that come with the app, against the hash on their card. */
async function embeddedCheck(): Promise<Check> {
  const name = 'Embedded weights';
  const remedy = 'The installation is damaged: "npm install --force convzoo".';
  try {
    const card: unknown = JSON.parse(await readFile(fileURLToPath(cardUrl), 'utf8'));
    const actual = await hashFile(embedded.weightsPath, 'sha256');
    const expected = (card as { weights?: { sha256?: unknown } }).weights?.sha256;
    const facts = { path: embedded.weightsPath, sha256: actual };
    if (actual === expected) return { name, status: 'ok', found: `${embedded.model}, SHA-256 as published`, facts };
    return { name, status: 'problem', found: `${embedded.weightsPath} has changed`, remedy, facts };
  } catch (error) {
    return { name, status: 'problem', found: describeFailure(error).message.replace(/\.$/, ''), remedy };
  }
}

async function checksumCheck(entries: readonly CacheEntry[]): Promise<Check> {
  const complete = entries.filter(({ state }) => state === 'complete');
  const [changed, tally]: [{ weights: string; problem: string }[], { hashed: number; bySize: number }] = [
    [],
    { hashed: 0, bySize: 0 },
  ];
  let budget = HASHED_BYTES;
  for (const entry of complete) {
    const hash = entry.size <= budget;
    if (hash) budget -= entry.size;
    tally[hash ? 'hashed' : 'bySize']++;
    const problem = hash ? (await verifyEntry(entry)).problem : sizeProblem(entry);
    if (problem !== undefined) changed.push({ weights: nameOfUrl(entry.url), problem });
  }
  const facts = { ...tally, changed };
  const name = 'Cached weights';
  const rest = tally.bySize > 0 ? `, ${tally.bySize} by size only ("convzoo weights verify" hashes all)` : '';
  if (changed.length === 0) {
    const found = complete.length === 0 ? 'none' : `${tally.hashed} hashed${rest}: as downloaded`;
    return { name, status: 'ok', found, facts };
  }
  const found = `changed since their download: ${changed.map(({ weights }) => weights).join(', ')}`;
  const remedy = 'Remove them with "convzoo weights verify --remove", then pull them again.';
  return { name, status: 'problem', found, remedy, facts };
}

const sizeProblem = ({ size, record }: CacheEntry): string | undefined =>
  record === undefined || record.size === size ? undefined : `${size} bytes instead of ${record.size}`;
