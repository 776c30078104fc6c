import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built binary, as a user has it: `npm test` builds it first. */
const binary = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly columns?: number;
  /** Variables beside those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads from standard input; nothing if not given. */
  readonly stdin?: string | Uint8Array;
}

function environment({ columns = 80, env }: RunOptions): NodeJS.ProcessEnv {
  return { ...process.env, COLUMNS: String(columns), NO_COLOR: '1', ...env };
}

export function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run "npm test", or "pnpm build" first.`);
  const { cwd } = options;
  return new Promise((resolve) => {
    const settings = { env: environment(options), maxBuffer: 1e8, ...(cwd !== undefined && { cwd }) };
    const child = execFile(process.execPath, [binary, ...args], settings, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    // A command that does not read it may be gone before all is written.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
  });
}

/** Starts the app and sends it a signal once its standard error matches. */
export function runUntil(args: readonly string[], pattern: RegExp, signal: NodeJS.Signals): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [binary, ...args], {
      env: environment({}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr, sent] = ['', '', false];
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
      if (!sent && pattern.test(stderr)) sent = child.kill(signal);
    });
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
