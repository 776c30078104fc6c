import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { HubError, systemCode } from '../errors.js';
import { pause } from '../http/idle.js';

/** How often the holder touches its lock. */
const HEARTBEAT = 1000;
/** A lock that nobody touched for so long, as the waiting process's own clock has it, was left by one that died. */
const STALE = 8000;
/** So long, where the process is known to be gone: a few heartbeats, should its number be of another namespace. */
const STALE_AND_GONE = 2500;
const POLL = 200;

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

export interface Lock {
  /** @throws HubError `locked` where another process has taken the lock away, because this one slept for long */
  check(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes a lock file, and waits where another holds it. The file system makes sure that one gets it (O_EXCL); a heartbeat
 * tells the living from the dead. Of the usual libraries proper-lockfile works alike.
 *
 * @throws whatever the file system says, or the signal's reason
 */
export async function takeLock(path: string, signal: AbortSignal, onWait?: () => void): Promise<Lock> {
  const holder: Holder = { token: randomUUID(), pid: process.pid, host: hostname() };
  let seen: { state: string; since: number } | undefined;
  for (let waits = 0; !(await create(path, holder)); waits++) {
    if (waits === 1) onWait?.();
    signal.throwIfAborted();
    const state = await stateOf(path);
    if (state === undefined) continue;
    if (seen?.state !== state.text) seen = { state: state.text, since: performance.now() };
    const idle = performance.now() - seen.since;
    if (idle > (isGone(state.holder) ? STALE_AND_GONE : STALE)) await removeStale(path, state.text);
    else await pause(POLL, signal);
  }
  return held(path, holder);
}

function held(path: string, { token }: Holder): Lock {
  const isOurs = async (): Promise<boolean> => (await readHolder(path))?.token === token;
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock that was taken away is found by `check`.
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  heartbeat.unref();
  return {
    async check() {
      if (await isOurs()) return;
      throw new HubError('locked', `Another process took ${path} away while this one did not run. Try again.`);
    },
    async release() {
      clearInterval(heartbeat);
      if (await isOurs()) await rm(path, { force: true });
    },
  };
}

/** Whether the lock is ours now. */
async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(JSON.stringify(holder));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** What the lock looks like now: changes with every heartbeat. Undefined where it is gone. */
async function stateOf(path: string): Promise<{ text: string; holder: Holder | undefined } | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    const holder = await readHolder(path);
    return { text: `${holder?.token ?? ''} ${mtimeMs}`, holder };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('token' in value) || !('pid' in value) || !('host' in value))
      return undefined;
    const { token, pid, host } = value;
    return typeof token === 'string' && typeof pid === 'number' && typeof host === 'string'
      ? { token, pid, host }
      : undefined;
  } catch {
    // Just being written, or gone.
    return undefined;
  }
}

function isGone(holder: Holder | undefined): boolean {
  if (holder === undefined || holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** Removes the lock if it is still the one that was judged: another may have removed it, and a third taken it, meanwhile. */
async function removeStale(path: string, judged: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    const state = await stateOf(aside);
    if (state !== undefined && state.text !== judged) await link(aside, path).catch(() => undefined);
  } finally {
    await rm(aside, { force: true });
  }
}
