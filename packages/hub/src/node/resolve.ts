import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isUrl } from '../address.js';
import { HubError, systemCode } from '../errors.js';
import { parseLocation } from '../location.js';
import { type FetchOptions, fetchFile, locate } from '../resolve.js';
import type { FileRecord } from '../store.js';
import { nodeTransport } from './fetch.js';
import { cacheFolder } from './folder.js';
import { nodeHasher } from './hash.js';
import { FolderStore } from './store.js';

export interface ResolveOptions extends Omit<FetchOptions, 'hub'> {
  /** Cache folder; by default as {@link cacheFolder} says. */
  readonly cache?: string | undefined;
  /** Base URL or folder; by default CONVZOO_MIRROR. */
  readonly mirror?: string | undefined;
  /** By default CONVZOO_OFFLINE or HF_HUB_OFFLINE. */
  readonly offline?: boolean | undefined;
  /** Where the variables are looked up; also HF_ENDPOINT and HF_TOKEN. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

export interface ResolvedFile {
  readonly path: string;
  readonly from: 'file' | 'cache' | 'download';
  /** What the cache notes of it; undefined for a file of the user's own. */
  readonly record?: FileRecord | undefined;
}

/**
 * The file on disk that a text means: a file or folder of that name, `hf://OWNER/REPO[@REVISION]/FILE`, an https URL, or a
 * name of the catalogue. What is not on disk is downloaded into the cache, checked, and found there the next time.
 *
 * @throws HubError
 */
export async function resolveFile(text: string, options: ResolveOptions = {}): Promise<ResolvedFile> {
  const { environment = process.env } = options;
  if (parseLocation(text).kind === 'plain' && (await exists(text))) return { path: text, from: 'file' };
  const remote = locate(text, options.catalogue);
  const store = new FolderStore(options.cache ?? cacheFolder(environment));
  const platform = { store, transport: nodeTransport, makeHasher: nodeHasher };
  const { stored, from } = await fetchFile(remote, platform, {
    ...options,
    mirror: mirrorUrl(options.mirror ?? environment['CONVZOO_MIRROR']),
    offline: options.offline ?? (isSet(environment['CONVZOO_OFFLINE']) || isSet(environment['HF_HUB_OFFLINE'])),
    hub: { endpoint: given(environment['HF_ENDPOINT']), token: given(environment['HF_TOKEN']) },
  });
  return { path: stored.path, from, record: stored.record };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR' || systemCode(error) === 'ENAMETOOLONG')
      return false;
    throw new HubError('bad-location', `"${path}" cannot be looked at: ${systemCode(error) ?? 'unknown reason'}.`, {
      cause: error,
    });
  }
}

/** A mirror that is a folder becomes a file: URL. */
function mirrorUrl(mirror: string | undefined): string | undefined {
  if (mirror === undefined || mirror === '' || isUrl(mirror)) return mirror;
  return pathToFileURL(resolve(mirror)).href;
}

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
const isSet = (text: string | undefined): boolean =>
  text !== undefined && !['', '0', 'false', 'no', 'off'].includes(text.toLowerCase());
