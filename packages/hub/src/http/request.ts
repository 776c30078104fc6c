import type { Address } from '../address.js';
import { HubError } from '../errors.js';
import type { Limits } from '../limits.js';
import { isLoopback, withoutQuery } from '../location.js';
import { withIdleTimeout } from './idle.js';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a request needs of its surroundings. */
export interface Transport {
  readonly fetch: Fetch;
  /**
   * `manual` where the platform shows redirects (Node), so that each is judged before it is followed. A browser hides them;
   * there `follow` leaves them to it: it never goes from https to http on a secure page and drops the token on its way to
   * another origin itself.
   */
  readonly redirects: 'manual' | 'follow';
}

export interface Answer {
  readonly response: Response;
  /** Headers of every hop, the first first: the hub states size and SHA-256 on the redirect, not at its end. */
  readonly hops: readonly Headers[];
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * One GET, redirects followed within the limits. The token goes to the first origin and to no other.
 *
 * @throws HubError `too-many-redirects`, `insecure-url`, `bad-response`, or what {@link withIdleTimeout} throws; anything
 *   else is fetch's own error
 */
export async function request(
  address: Address,
  headers: Readonly<Record<string, string>>,
  transport: Transport,
  limits: Pick<Limits, 'maxRedirects' | 'idleTimeout'>,
  signal: AbortSignal,
): Promise<Answer> {
  const start = new URL(address.url);
  const seen = new Set([start.href]);
  const hops: Headers[] = [];
  for (let url = start; ; ) {
    const sent = new Headers(headers);
    if (address.token !== undefined && url.origin === start.origin)
      sent.set('authorization', `Bearer ${address.token}`);
    const response = await withIdleTimeout(
      transport.fetch(url.href, { headers: sent, redirect: transport.redirects, signal, credentials: 'omit' }),
      limits.idleTimeout,
      () => `${url.host} did not answer`,
    );
    hops.push(response.headers);
    if (!REDIRECTS.includes(response.status)) return { response, hops };
    await response.body?.cancel();
    const next = redirectTarget(response, url);
    if (seen.has(next.href)) {
      throw new HubError(
        'too-many-redirects',
        `${withoutQuery(start)} redirects in a circle, at ${withoutQuery(next)}.`,
      );
    }
    seen.add(next.href);
    if (seen.size > limits.maxRedirects + 1) {
      throw new HubError(
        'too-many-redirects',
        `${withoutQuery(start)} redirects more than ${limits.maxRedirects} times.`,
      );
    }
    url = next;
  }
}

function redirectTarget(response: Response, from: URL): URL {
  const location = response.headers.get('location');
  if (location === null || !URL.canParse(location, from)) {
    throw new HubError('bad-response', `${withoutQuery(from)} redirects (${response.status}) without saying where to.`);
  }
  const next = new URL(location, from);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') {
    throw new HubError('bad-response', `${withoutQuery(from)} redirects to ${next.protocol}, which is not followed.`);
  }
  // From https to http anyone between could change the bytes; from elsewhere into this machine there is nothing to get.
  if (next.protocol === 'http:' && (from.protocol === 'https:' || (isLoopback(next) && !isLoopback(from)))) {
    throw new HubError(
      'insecure-url',
      `${withoutQuery(from)} redirects to plain http at ${next.host}; it was not followed.`,
    );
  }
  return next;
}
