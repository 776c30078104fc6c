import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from './layout.mjs';
import { Failure, say } from './say.mjs';

const heartbeat = 2_000;
/** A holder touches its lock every two seconds; one this old has died, or its machine has slept. */
const staleAfter = 30_000;
const giveUpAfter = 30 * 60_000;

/**
 * Runs `work` while no other process of this workspace does. A lock whose process is gone, or that was not touched for
 * 30 s, is taken over.
 *
 * @template T
 * @param {string} purpose shown to whoever waits
 * @param {() => Promise<T>} work
 * @param {string} [file] the lock file
 * @returns {Promise<T>}
 */
export async function withLock(purpose, work, file = join(stateFolder, 'lock')) {
  await acquire(purpose, file);
  const beat = setInterval(() => touch(file), heartbeat);
  const release = () => rmSync(file, { force: true });
  process.on('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

/**
 * @param {string} purpose
 * @param {string} file
 */
async function acquire(purpose, file) {
  mkdirSync(dirname(file), { recursive: true });
  const started = Date.now();
  let told = false;
  while (!create(file)) {
    if (isStale(file)) {
      breakStale(file);
      continue;
    }
    if (!told) say(`waiting: another process (${holder(file)}) is at work in this folder`);
    told = true;
    if (Date.now() - started > giveUpAfter) {
      throw new Failure(`waited 30 minutes to ${purpose}`, `If no other convzoo process runs, delete ${file}`);
    }
    await sleep(200);
  }
}

/**
 * @param {string} file
 * @returns {boolean} false if it was there already
 */
function create(file) {
  try {
    writeFileSync(file, `${process.pid} ${hostname()}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new Failure(
      `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`,
      'convzoo writes only below its own folder; give yourself the right to write there.',
    );
  }
}

/** @param {string} file */
function isStale(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > staleAfter) return true;
    const [pid, host] = readFileSync(file, 'utf8').split(' ');
    return host === hostname() && !isAlive(Number(pid));
  } catch {
    return false; // Gone in the meantime: the next try to create it decides.
  }
}

/**
 * Removing a stale lock is itself guarded: otherwise two waiters could both find it stale, and the slower one would
 * remove the new lock of the faster.
 *
 * @param {string} file
 */
function breakStale(file) {
  const guard = `${file}.breaking`;
  if (!create(guard)) {
    if (isStale(guard)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return true; // Half-written: its age decides.
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} file */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The folder was cleared under us (pnpm may rebuild node_modules): the work goes on, the lock is just gone.
  }
}

/** @param {string} file */
function holder(file) {
  try {
    return `process ${readFileSync(file, 'utf8').split(' ')[0]}`;
  } catch {
    return 'just ended';
  }
}
