/** Limits of a download. Each has a reason; each can be given by the caller. */
export interface Limits {
  /** Bytes of one file. The largest published weights of the zoo are below 1 GiB; ten times that is no weight file here. */
  readonly maxBytes: number;
  /** Redirects of one request: the hub needs two, fetch itself stops at 20. */
  readonly maxRedirects: number;
  /** Failures in a row in which not one new byte arrived. A transfer that advances may break as often as it likes. */
  readonly maxFailures: number;
  /** Requests for one file in all, so that a host that sends a byte a time does not hold us for ever. */
  readonly maxRequests: number;
  /** Milliseconds without a byte, or without an answer, after which the connection is given up. */
  readonly idleTimeout: number;
  /** Milliseconds before the second try; doubled at each further failure. */
  readonly firstPause: number;
  /** The longest pause between tries, also where the host asks for a longer one (Retry-After). */
  readonly longestPause: number;
}

export const defaultLimits: Limits = {
  maxBytes: 10 * 2 ** 30,
  maxRedirects: 5,
  maxFailures: 5,
  maxRequests: 200,
  idleTimeout: 30_000,
  firstPause: 500,
  longestPause: 15_000,
};
