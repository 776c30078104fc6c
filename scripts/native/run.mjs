/** One child process, waited for. */
import { spawn } from 'node:child_process';

/**
 * @typedef {object} Outcome
 * @property {boolean} ok exit code 0
 * @property {number | null} code null when a signal ended it, or when it could not be started
 * @property {string} stdout
 * @property {string} stderr
 * @property {'missing' | 'timeout' | 'signal' | undefined} why set when there is no exit code
 */

/**
 * Runs a program and collects what it says. Never throws: a program that is not there is an outcome too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a timeout also ends what the program started.
      detached: process.platform !== 'win32',
    });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end(child.pid, () => child.kill('SIGKILL'));
          }, options.timeoutMs);
    // Being detached, it would outlive us when we are interrupted.
    const onInterrupt = () => {
      end(child.pid, () => child.kill('SIGKILL'));
      process.exit(130);
    };
    process.once('SIGINT', onInterrupt);
    process.once('SIGTERM', onInterrupt);
    const done = (/** @type {number | null} */ code, /** @type {Outcome['why']} */ why) => {
      clearTimeout(timer);
      process.removeListener('SIGINT', onInterrupt);
      process.removeListener('SIGTERM', onInterrupt);
      resolve({ ok: code === 0, code, stdout, stderr, why });
    };
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', () => done(null, 'missing'));
    child.on('close', (code) => done(code, code === null ? (timedOut ? 'timeout' : 'signal') : undefined));
  });
}

/**
 * Ends the process group that we started.
 * @param {number | undefined} pid
 * @param {() => void} otherwise where there are no groups
 */
function end(pid, otherwise) {
  try {
    if (pid === undefined || process.platform === 'win32') otherwise();
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
