import type { Address } from './address.js';
import { agrees, type Checksum, describeChecksum, type Hasher, type MakeHasher } from './checksum.js';
import { HubError, messageOf } from './errors.js';
import { linkedFile, retryAfter, sizeOfUnsatisfied, statedBy } from './http/headers.js';
import { pause, withIdleTimeout } from './http/idle.js';
import { type Answer, request, type Transport } from './http/request.js';
import type { Limits } from './limits.js';
import { withoutQuery } from './location.js';
import type { FileRecord, Incoming } from './store.js';

/** What is wanted, and what is known of it. */
export interface Wanted {
  /** The URL that the file is known by. */
  readonly url: string;
  readonly checksum?: Checksum | undefined;
  /** Bytes, where published. */
  readonly size?: number | undefined;
}

export interface Progress {
  /** Bytes that are here, those of an earlier try included. */
  readonly received: number;
  readonly total: number | undefined;
  /** Of them, bytes that an earlier try had brought. */
  readonly resumed: number;
}

export interface DownloadOptions {
  readonly transport: Transport;
  readonly makeHasher: MakeHasher;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called before each further try. */
  readonly onRetry?: ((reason: string) => void) | undefined;
}

/**
 * Brings a file, from where an earlier try ended if the host can, and checks it before it becomes a file of the store.
 *
 * @throws HubError
 */
export async function download<Stored>(
  wanted: Wanted,
  from: Address,
  incoming: Incoming<Stored>,
  options: DownloadOptions,
): Promise<Stored> {
  const transfer = new Transfer(wanted, from, incoming, options);
  try {
    return await transfer.run();
  } catch (error) {
    if (options.signal.aborted) {
      throw new HubError(
        'interrupted',
        `The download of ${wanted.url} was interrupted; the ${incoming.held} bytes that are here are kept, and the next try goes on from them.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** A host that may do better next time. */
class Again extends Error {
  constructor(
    message: string,
    readonly code: 'network' | 'server-error',
    readonly wait?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

class Transfer<Stored> {
  /** What the publisher states, or the hub on its redirect. */
  private checksum: Checksum | undefined;
  private size: number | undefined;
  private readonly place: string;
  /** Fed with every byte held, in order. */
  private hashers: { sha256: Hasher; published: Hasher | undefined } | undefined;
  private resumed = 0;

  constructor(
    private readonly wanted: Wanted,
    private readonly from: Address,
    private readonly incoming: Incoming<Stored>,
    private readonly options: DownloadOptions,
  ) {
    this.checksum = wanted.checksum;
    this.size = wanted.size;
    this.place = withoutQuery(new URL(from.url));
  }

  async run(): Promise<Stored> {
    await this.judgeWhatIsHeld();
    this.resumed = this.incoming.held;
    let fresh = this.resumed === 0;
    for (;;) {
      await this.bringAll();
      const verdict = await this.verify();
      if (!(verdict instanceof HubError)) return this.incoming.commit(verdict);
      await this.startAgain();
      // Bytes of an earlier try may have been the bad ones; those of this try are the host's.
      if (fresh) throw verdict;
      fresh = true;
      this.options.onRetry?.('what an earlier try had left was bad; starting again');
    }
  }

  /** Bytes that nothing would prove to belong to what comes after them are of no use. */
  private async judgeWhatIsHeld(): Promise<void> {
    const { incoming, wanted } = this;
    const { held, unfinished } = incoming;
    if (held === 0) return;
    const sameFile = unfinished?.from === this.place && unfinished.validator !== undefined;
    const provable = unfinished !== undefined && (sameFile || wanted.checksum !== undefined);
    if (!provable || held > (wanted.size ?? held)) await incoming.discard();
  }

  /** Requests until every byte is here. */
  private async bringAll(): Promise<void> {
    const { limits, signal, onRetry } = this.options;
    let failures = 0;
    let most = this.incoming.held;
    for (let requests = 1; ; requests++) {
      try {
        await this.bringSome();
        return;
      } catch (error) {
        if (signal.aborted || error instanceof HubError) throw error;
        // Bytes that were here before are no advance.
        failures = this.incoming.held > most ? 1 : failures + 1;
        most = Math.max(most, this.incoming.held);
        const again =
          error instanceof Again ? error : new Again(messageOf(error), 'network', undefined, { cause: error });
        if (failures >= limits.maxFailures || requests >= limits.maxRequests) throw this.givenUp(again, requests);
        onRetry?.(again.message);
        const backoff = Math.min(again.wait ?? limits.firstPause * 2 ** (failures - 1), limits.longestPause);
        await pause(backoff, signal);
      }
    }
  }

  private givenUp(last: Again, requests: number): HubError {
    const kept = this.incoming.held > 0 ? ` The ${this.incoming.held} bytes that came are kept for the next try.` : '';
    return new HubError(
      last.code,
      `Gave up on ${this.place} after ${requests} tries: ${last.message}.${kept} ` +
        'Check the connection, or name a mirror (--mirror, CONVZOO_MIRROR).',
      { cause: last.cause ?? last },
    );
  }

  /** One request, and its body to the end. */
  private async bringSome(): Promise<void> {
    const { incoming, from } = this;
    const { transport, limits, signal } = this.options;
    const { held, unfinished } = incoming;
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (held > 0) {
      headers['range'] = `bytes=${held}-`;
      if (unfinished?.validator !== undefined && unfinished.from === this.place)
        headers['if-range'] = unfinished.validator;
    }
    // A stalled connection is ended for good, not only left alone.
    const connection = new AbortController();
    const joined = AbortSignal.any([signal, connection.signal]);
    try {
      const answer = await request(from, headers, transport, limits, joined);
      if (await this.judgeHead(answer)) await this.receive(answer.response);
    } finally {
      connection.abort();
    }
  }

  /** Whether the body is to be read; false where everything is here. */
  private async judgeHead({ response, hops }: Answer): Promise<boolean> {
    const { incoming, place } = this;
    if (response.status === 416 && incoming.held > 0) {
      const { held, unfinished } = incoming;
      if (sizeOfUnsatisfied(response) === held && (unfinished?.total ?? held) === held) return false;
      await this.startAgain();
      throw new Again('the file there has changed', 'network', 0);
    }
    if (response.status !== 200 && response.status !== 206) throw refusal(response, place, this.from);
    const stated = statedBy(response);
    if (stated === undefined || stated.start > incoming.held || (response.status === 206 && incoming.held === 0)) {
      throw new HubError(
        'bad-response',
        `${place} sends a part of the file that was not asked for (${response.status}).`,
      );
    }
    const linked = linkedFile(hops);
    this.checksum ??= linked.checksum;
    this.size ??= linked.size;
    await this.judgeSize(stated.total);
    const before = incoming.unfinished?.total;
    if (stated.start > 0 && before !== undefined && stated.total !== undefined && before !== stated.total) {
      await this.startAgain();
      throw new Again('the file there has changed', 'network', 0);
    }
    // A host that knows no ranges, or whose file has changed, sends it from the start.
    if (stated.start !== incoming.held || incoming.held === 0) {
      await this.startAgain();
      await incoming.begin({
        url: this.wanted.url,
        from: place,
        validator: stated.validator,
        total: stated.total ?? this.size,
      });
    }
    return true;
  }

  private async startAgain(): Promise<void> {
    if (this.incoming.held > 0) await this.incoming.discard();
    this.hashers = undefined;
    this.resumed = 0;
  }

  private async judgeSize(total: number | undefined): Promise<void> {
    const { maxBytes } = this.options.limits;
    const size = total ?? this.size ?? 0;
    if (size > maxBytes) throw this.tooLarge(size);
    if (total !== undefined && this.size !== undefined && total !== this.size) {
      await this.startAgain();
      throw new HubError(
        'wrong-size',
        `${this.place} has ${total} bytes, and ${this.size} were published: it is another file. Nothing was kept.`,
      );
    }
  }

  private tooLarge(size: number): HubError {
    const { maxBytes } = this.options.limits;
    return new HubError(
      'too-large',
      `${this.place} has ${size} bytes, more than the limit of ${maxBytes}. Download it yourself and give the file.`,
    );
  }

  private async receive(response: Response): Promise<void> {
    const { incoming, place } = this;
    const { limits, onProgress } = this.options;
    await this.startHashing();
    const total = statedBy(response)?.total ?? this.size;
    const report = (): void => onProgress?.({ received: incoming.held, total, resumed: this.resumed });
    report();
    const reader = response.body?.getReader();
    if (reader === undefined) throw new HubError('bad-response', `${place} answered without a body.`);
    try {
      for (;;) {
        const { done, value } = await withIdleTimeout(reader.read(), limits.idleTimeout, () => `${place} sent nothing`);
        if (done) break;
        const after = incoming.held + value.byteLength;
        if (after > limits.maxBytes) throw this.tooLarge(after);
        if (total !== undefined && after > total) {
          throw new HubError('bad-response', `${place} sends more than the ${total} bytes it announced.`);
        }
        await incoming.append(value);
        this.hashers?.sha256.update(value);
        this.hashers?.published?.update(value);
        report();
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
    if (total !== undefined && incoming.held < total) {
      throw new Again(`the connection ended at ${incoming.held} of ${total} bytes`, 'network');
    }
  }

  /** Feeds the hashers with what is held. */
  private async startHashing(): Promise<void> {
    if (this.hashers !== undefined) return;
    const { makeHasher } = this.options;
    const md5 = this.checksum?.algorithm === 'md5' ? makeHasher('md5') : undefined;
    this.hashers = { sha256: makeHasher('sha256'), published: md5 };
    if (this.incoming.held === 0) return;
    for await (const bytes of this.incoming.read()) {
      this.hashers.sha256.update(bytes);
      md5?.update(bytes);
    }
  }

  /** What is to be noted of the file that is here, or why it is not the one. */
  private async verify(): Promise<FileRecord | HubError> {
    const { incoming, wanted, place, checksum } = this;
    await this.startHashing();
    if (this.size !== undefined && incoming.held !== this.size) {
      return new HubError(
        'wrong-size',
        `${place} sent ${incoming.held} bytes, and ${this.size} were published. Nothing was kept.`,
      );
    }
    const sha256 = this.hashers?.sha256.hex() ?? '';
    const digest = checksum?.algorithm === 'md5' ? (this.hashers?.published?.hex() ?? '') : sha256;
    if (checksum !== undefined && !agrees(checksum, digest)) {
      return new HubError(
        'wrong-checksum',
        `What ${place} sent is not what was published: expected ${describeChecksum(checksum)}, got ${digest} ` +
          `(${incoming.held} bytes). It was deleted. Try again, or another mirror.`,
      );
    }
    return {
      url: wanted.url,
      size: incoming.held,
      sha256,
      ...(checksum !== undefined && { published: checksum }),
      downloaded: new Date().toISOString(),
    };
  }
}

/** What an answer other than a file means. */
function refusal(response: Response, place: string, { hub, token }: Address): Error {
  const { status } = response;
  if (status === 404 || status === 410) {
    return new HubError('not-found', `${place} does not exist there (${status}). Check the name, or the mirror.`);
  }
  if (status === 401 || status === 403) {
    const hint =
      hub !== true
        ? 'Download it yourself and give the file.'
        : token === undefined
          ? 'The repository may be private or not exist; a token goes into HF_TOKEN.'
          : 'The token in HF_TOKEN was refused: it may be wrong, or the repository ask for consent on its page.';
    return new HubError('access-denied', `${place} refuses access (${status}). ${hint}`);
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return new Again(`${place} answered ${status}`, 'server-error', retryAfter(response));
  }
  return new HubError('bad-response', `${place} answered ${status}, which is no file.`);
}
