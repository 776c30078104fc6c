import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pnpmVersion, root, stateFolder } from './layout.mjs';
import { duration, Failure, say } from './say.mjs';

/** No tool of the workspace may report anything to anyone or keep anything anywhere else. */
const quietTools = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  npm_config_update_notifier: 'false',
};

/**
 * Options of the npm that runs us reach its children through the environment. Those that were meant for `npm start` itself
 * (`--silent`, `--prefix ..`, `--json`) would silence or misdirect the npm and pnpm below; registry and proxy must stay.
 */
function inherited() {
  const env = { ...process.env };
  for (const option of ['loglevel', 'prefix', 'local_prefix', 'global_prefix', 'json', 'workspace', 'workspaces']) {
    delete env[`npm_config_${option}`];
  }
  return env;
}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] added to the environment
 * @property {string} [cwd]
 * @property {string} [log] a name: stdout and stderr go to that log file, and only a failure shows its end
 */

/**
 * @typedef {object} RunResult
 * @property {number} code exit code; 128 + n after a signal, as a shell has it
 * @property {string} output what went to the log, '' without one
 * @property {string | undefined} logFile
 */

/**
 * Runs a program to its end. Without `log` it writes to our stderr, since stdout is the app's. It never reads stdin.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(program, args, options = {}) {
  const logFile = options.log === undefined ? undefined : join(stateFolder, 'logs', `${options.log}.log`);
  if (logFile !== undefined) mkdirSync(dirname(logFile), { recursive: true });
  const sink = logFile === undefined ? 2 : openSync(logFile, 'w');
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...inherited(), ...quietTools, ...options.env },
      stdio: ['ignore', sink, sink],
      // npx and pnpm are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32' && !program.endsWith('.exe'),
    });
    const signs = setInterval(() => {
      if (logFile !== undefined) say(`... still at it after ${duration(Date.now() - started)}`);
    }, 20_000);
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => child.kill(signal);
    process.on('SIGTERM', passOn).on('SIGINT', passOn).on('SIGHUP', passOn);
    const finish = () => {
      clearInterval(signs);
      process.off('SIGTERM', passOn).off('SIGINT', passOn).off('SIGHUP', passOn);
      if (sink !== 2) closeSync(sink);
    };
    child.on('error', (error) => {
      finish();
      reject(new Failure(`cannot start ${program}: ${error.message}`, 'Is it installed, and on the PATH?'));
    });
    child.on('close', (code, signal) => {
      finish();
      if (signal !== null) {
        reject(new Failure(`stopped by ${signal}`, undefined, 128 + (signalNumbers[signal] ?? 1)));
        return;
      }
      resolve({ code: code ?? 1, output: logFile === undefined ? '' : readFileSync(logFile, 'utf8'), logFile });
    });
  });
}

/** @type {Partial<Record<NodeJS.Signals, number>>} */
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs npm. The npm that runs us is asked directly where there is one: that needs no shell on any system.
 *
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function npm(args, options) {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('npm-cli.js') ? run(process.execPath, [cli, ...args], options) : run('npm', args, options);
}

/**
 * Runs the pinned pnpm through npm (`npx`), so that Node with npm is all a machine needs.
 *
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function pnpm(args, options) {
  // --prefer-offline: npx asks the registry about pnpm even where it has it, and a build must work without a network.
  return npm(['exec', '--yes', '--prefer-offline', '--', `pnpm@${pnpmVersion()}`, ...args], options);
}

/**
 * Whether a tool's output tells of a network that is not there.
 *
 * @param {string} output
 */
export function networkFailure(output) {
  return /E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH)|ERR_SOCKET_TIMEOUT/.exec(
    output,
  )?.[0];
}

/**
 * The last lines of a tool's output, indented, for an error message.
 *
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 15) {
  const lines = output.trimEnd().split('\n').slice(-count);
  return lines.map((line) => `  | ${line}`).join('\n');
}
