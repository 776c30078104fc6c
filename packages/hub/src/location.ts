import { HubError } from './errors.js';

/** A file of a repository of the Hugging Face hub. */
export interface HubFile {
  readonly kind: 'hub';
  readonly owner: string;
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Path in the repository. */
  readonly file: string;
}

export interface UrlFile {
  readonly kind: 'url';
  readonly url: string;
}

/** What is neither hub nor URL: a file on disk, or a name of the catalogue. Which, only the disk can tell. */
export interface PlainText {
  readonly kind: 'plain';
  readonly text: string;
}

export type Location = HubFile | UrlFile | PlainText;

/** More than any path of the hub or URL of a weight file; a mistake or an attack beyond it. */
const MAX_LENGTH = 2048;

/**
 * Reads `hf://OWNER/REPO[@REVISION]/FILE`, `https://...` (a page or a download of the hub is its file), or anything else as
 * plain text.
 *
 * @throws HubError `bad-location` for parts that are empty, leave the repository (`..`) or hold what no file name holds;
 *   `insecure-url` for plain http to another machine
 */
export function parseLocation(text: string): Location {
  if (text.length === 0 || text.length > MAX_LENGTH) {
    throw bad(`${text.slice(0, 40)}...`, `it has ${text.length} characters; 1 to ${MAX_LENGTH} are allowed`);
  }
  if (/^hf:\/\//i.test(text)) return parseHub(text);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'plain', text };
  if (scheme === 'https' || scheme === 'http')
    return pageOfHub(checkUrl(text)) ?? { kind: 'url', url: new URL(text).href };
  throw bad(text, `${scheme}: is not read; give a file, hf://OWNER/REPO/FILE or https://...`);
}

/** What the hub's pages and buttons give is a file of the hub: its page (`blob`) is not the file, and may need the token. */
function pageOfHub({ href, hostname, pathname }: URL): HubFile | undefined {
  const match = /^\/([^/]+)\/([^/]+)\/(?:resolve|blob)\/([^/]+)\/(.+)$/.exec(pathname);
  if (!/^(www\.)?(huggingface\.co|hf\.co)$/.test(hostname) || match === null) return undefined;
  const [, owner = '', repo = '', revision = '', file = ''] = match;
  // An @ would begin a revision; no name of the hub has one.
  if (/@|%40/.test(owner + repo + revision)) throw bad(href, 'it is no file of the hub');
  return parseHub(`hf://${owner}/${repo}@${revision}/${decoded(file, href)}`);
}

function decoded(text: string, whole: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new HubError('bad-location', `"${whole}" has a % that begins no character.`, { cause: error });
  }
}

function parseHub(text: string): HubFile {
  const [owner = '', repoAndRevision = '', ...path] = text.slice('hf://'.length).split('/');
  const [repo = '', revision = 'main', ...more] = repoAndRevision.split('@');
  if (path.length === 0 || more.length > 0)
    throw bad(text, 'the form is hf://OWNER/REPO/FILE or hf://OWNER/REPO@REVISION/FILE');
  for (const part of [owner, repo]) {
    if (!/^[A-Za-z0-9][\w.-]{0,95}$/.test(part) || part.includes('..'))
      throw bad(text, `"${part}" is no name of the hub`);
  }
  // The hub writes a revision with slashes (refs/pr/1) as refs%2Fpr%2F1.
  const decoded = revision.replaceAll(/%2f/gi, '/');
  for (const part of [...decoded.split('/'), ...path]) checkPart(text, part);
  return { kind: 'hub', owner, repo, revision: decoded, file: path.join('/') };
}

function checkPart(text: string, part: string): void {
  if (part === '' || part === '.' || part === '..') throw bad(text, `"${part}" is no part of a path here`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f\\%?#:*"<>|]/.test(part))
    throw bad(text, `"${part}" holds a character that no file there has`);
}

/** @throws HubError */
function checkUrl(text: string): URL {
  if (!URL.canParse(text)) throw bad(text, 'it is no URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new HubError(
      'bad-location',
      `The URL at ${url.host} holds a user name or password; none is sent. Leave it out.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new HubError(
      'insecure-url',
      `${withoutQuery(url)} is plain http, which anyone between can change. Give https://, or download it yourself.`,
    );
  }
  return url;
}

/** This machine: what is sent there crosses no network. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

/** For messages: queries of signed URLs are secrets. */
export const withoutQuery = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;

const bad = (text: string, why: string): HubError =>
  new HubError('bad-location', `Cannot tell what "${text}" is: ${why}.`);
