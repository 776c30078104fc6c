import { HubError } from './errors.js';
import { type HubFile, isLoopback, type UrlFile, withoutQuery } from './location.js';

/** Where the hub is, unless HF_ENDPOINT says otherwise. */
export const HUB_ENDPOINT = 'https://huggingface.co';

/** Where a file is asked for, and what may be sent there. */
export interface Address {
  readonly url: string;
  /** Whether it is the hub, where a token may help. */
  readonly hub?: boolean | undefined;
  /** Sent to the origin of `url` and to no other. */
  readonly token?: string | undefined;
}

/** The URL that a file is known by, whichever mirror or endpoint it comes from: the cache goes by it. */
export function canonicalUrl(location: HubFile | UrlFile): string {
  return location.kind === 'url' ? location.url : hubUrl(location, HUB_ENDPOINT);
}

export interface HubAccess {
  /** The hub's address; HF_ENDPOINT. */
  readonly endpoint?: string | undefined;
  /** A token of the hub; HF_TOKEN. Sent to the endpoint only. */
  readonly token?: string | undefined;
}

/** @throws HubError `bad-location` for an endpoint that is no URL */
export function hubAddress(file: HubFile, { endpoint = HUB_ENDPOINT, token }: HubAccess = {}): Address {
  const base = checkBase(endpoint, 'HF_ENDPOINT');
  // A token in the open would be everybody's.
  const safe = base.protocol === 'https:' || isLoopback(base);
  return { url: hubUrl(file, trimmed(base)), hub: true, token: safe && token !== '' ? token : undefined };
}

/**
 * Where a mirror has a file: under the host and the path of its own URL, as `wget --mirror` lays it; or by its name alone,
 * where the checksum tells whether it is the one.
 *
 * @throws HubError `bad-location` for a mirror that is no http or https URL
 */
export function mirrorUrls(mirror: string, canonical: string, verifiable: boolean): readonly string[] {
  // Node turns a folder into a file: URL before it comes here.
  const base = trimmed(/^file:/.test(mirror) ? new URL(mirror) : checkBase(mirror, 'The mirror'));
  return mirrorPaths(canonical, verifiable).map((path) => `${base}/${path}`);
}

/** Paths below a mirror, the first to be tried first. */
export function mirrorPaths(canonical: string, verifiable: boolean): readonly string[] {
  const { host, pathname } = new URL(canonical);
  const path = `${host}${pathname}`;
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  return verifiable && name !== '' ? [path, name] : [path];
}

/** Whether a mirror is a URL; otherwise it is a folder. */
export const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);

function hubUrl({ owner, repo, revision, file }: HubFile, endpoint: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${owner}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`;
}

function checkBase(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new HubError(
      'bad-location',
      `${what} must be an https:// address without user, password or query; got "${text}".`,
    );
  }
  return url;
}

const trimmed = (url: URL): string => withoutQuery(url).replace(/\/+$/, '');
