import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { memoryOf, type ProcessMemory } from '../memory.js';
import type { Loaded, Task } from '../protocol.js';
import type { Host } from './host.js';

export interface ChromiumOptions {
  readonly executable: string;
  /** Of the page that waits for tasks. */
  readonly address: string;
  /** What `navigator.hardwareConcurrency` says, where it must not be the truth. */
  readonly processors?: number | undefined;
}

/** As little as possible beside the page: no updates, no sync. Root in a container has no sandbox to nest. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** A cell in a Chromium of its own, with a fresh profile. */
export async function chromiumHost({ executable, address, processors }: ChromiumOptions): Promise<Host> {
  const profile = await mkdtemp(join(tmpdir(), 'convzoo-bench-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: true,
    args: FLAGS,
  });
  const close = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    // A large network takes its time.
    page.setDefaultTimeout(0);
    if (processors !== undefined) {
      await context.addInitScript((count) => {
        Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => count });
      }, processors);
    }
    await page.goto(address);
    await page.waitForFunction(() => 'benchLoad' in globalThis);
    const pid = await browserOf(profile);
    return {
      pid,
      load: (task: Task) =>
        page.evaluate((given) => {
          const { benchLoad } = globalThis as unknown as { benchLoad(task: Task): Promise<Loaded> };
          return benchLoad(given);
        }, task),
      run: (runs) =>
        page.evaluate((count) => {
          const { benchRun } = globalThis as unknown as { benchRun(runs: number): Promise<number[]> };
          return benchRun(count);
        }, runs),
      memory: () => rendererMemory(pid),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const commandOf = (pid: string): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

const pidsOf = async (): Promise<readonly string[]> =>
  (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));

/** The browser's own process: the one with our profile that is no helper. 0 where there is no `/proc`. */
async function browserOf(profile: string): Promise<number> {
  for (const pid of await pidsOf()) {
    const command = await commandOf(pid);
    if (command.includes(`--user-data-dir=${profile}`) && !command.includes('--type=')) return Number(pid);
  }
  return 0;
}

/** Of the renderer with the largest peak: a fresh profile may have a spare one. */
async function rendererMemory(browser: number): Promise<ProcessMemory | undefined> {
  let largest: ProcessMemory | undefined;
  for (const pid of await pidsOf()) {
    if (!(await commandOf(pid)).includes('--type=renderer') || !(await isUnder(Number(pid), browser))) continue;
    const memory = await memoryOf(Number(pid));
    if (memory !== undefined && memory.peak > (largest?.peak ?? 0)) largest = memory;
  }
  return largest;
}

async function isUnder(pid: number, root: number): Promise<boolean> {
  for (let each = pid; each > 0; ) {
    if (each === root) return true;
    const status = await readFile(`/proc/${each}/status`, 'utf8').catch(() => '');
    each = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return false;
}
