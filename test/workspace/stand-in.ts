import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../scripts/workspace/layout.mjs';

/** What the app of the stand-in does: it says where it runs and with what, and ends with the code it is told. */
const app = `
import { answer } from '../../../packages/layers/dist/index.js';
const args = process.argv.slice(2);
console.log(JSON.stringify({ args, cwd: process.cwd(), answer }));
if (args[0] === 'exit') process.exitCode = Number(args[1]);
if (args[0] === 'wait') setTimeout(() => {}, 60_000);
`;

/** A stand-in for npm: writes down what it was asked, then does what pnpm and turbo would, without a network. */
const fakeNpm = `
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const args = process.argv.slice(2).join(' ');
const failure = existsSync('fail') ? readFileSync('fail', 'utf8') : undefined;
appendFileSync('calls', args + '\\n');
if (existsSync('busy')) { appendFileSync('calls', 'two at once\\n'); process.exit(1); }
writeFileSync('busy', '');
await new Promise((resolve) => setTimeout(resolve, 150));
if (failure === undefined && / install /.test(args)) {
  mkdirSync('node_modules', { recursive: true });
  writeFileSync('node_modules/.modules.yaml', '');
}
if (failure === undefined && / turbo run build /.test(args)) {
  for (const folder of ['packages/layers', 'apps/node']) cpSync(folder + '/src', folder + '/dist', { recursive: true });
}
(await import('node:fs')).rmSync('busy');
if (failure !== undefined) { console.error(failure); process.exit(1); }
`;

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A small workspace in a folder of its own, with the scripts of this one. */
export class StandIn {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'convzoo-stand-in-')));

  constructor() {
    cpSync(join(root, 'scripts/workspace'), join(this.root, 'scripts/workspace'), { recursive: true });
    cpSync(join(root, 'scripts/start.mjs'), join(this.root, 'scripts/start.mjs'));
    this.write('package.json', JSON.stringify({ type: 'module', packageManager: 'pnpm@10.34.8' }));
    this.write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - apps/*\n');
    this.write('pnpm-lock.yaml', 'first');
    this.write('packages/layers/package.json', JSON.stringify({ name: '@convzoo/layers', type: 'module' }));
    this.write('packages/layers/src/index.js', 'export const answer = 42;');
    const dependencies = { '@convzoo/layers': 'workspace:^' };
    this.write('apps/node/package.json', JSON.stringify({ name: 'convzoo', type: 'module', dependencies }));
    this.write('apps/node/src/main.js', app);
    this.write('npm-cli.js', fakeNpm);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  delete(file: string): void {
    rmSync(join(this.root, file), { recursive: true, force: true });
  }

  /** What npm was asked to do since the last look. */
  takeCalls(): string[] {
    const file = join(this.root, 'calls');
    const calls = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    this.delete('calls');
    return calls;
  }

  /** Runs `npm start -- ARGS`, npm itself left out. */
  start(args: string[] = [], options: { from?: string; killWhenStarted?: NodeJS.Signals } = {}): Promise<Result> {
    const env = {
      ...process.env,
      npm_execpath: join(this.root, 'npm-cli.js'),
      INIT_CWD: join(this.root, options.from ?? '.'),
    };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(this.root, 'scripts/start.mjs'), ...args], { cwd: this.root, env });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        if (options.killWhenStarted !== undefined) child.kill(options.killWhenStarted);
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
