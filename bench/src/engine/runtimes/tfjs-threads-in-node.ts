import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

/** What tfjs-wasm's worker expects to find when its text is run by itself. */
const NAMES = { require$$0: 'fs', require$$1: 'path', require$$3: 'perf_hooks', require$$4: 'os' };

/**
 * Makes tfjs-wasm 4.22 start threads in Node, which it never does by itself (tfjs#3830): it has to see 4 processors to take
 * 2, and its worker is a Blob, which `worker_threads` cannot start, so it becomes a file. Good for a benchmark only.
 */
export function allowTfjsThreads(): void {
  const folder = mkdtempSync(join(tmpdir(), 'convzoo-bench-tfjs-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  os.cpus = () =>
    Array.from({ length: 4 }, () => ({ model: '', speed: 1, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }));
  class Parts {
    readonly parts: readonly string[];
    constructor(parts: readonly unknown[]) {
      this.parts = parts.map(String);
    }
  }
  const createObjectURL = URL.createObjectURL.bind(URL);
  let count = 0;
  globalThis.Blob = Parts as unknown as typeof Blob;
  URL.createObjectURL = (object: unknown): string => {
    if (!(object instanceof Parts)) return createObjectURL(object as Blob);
    const file = join(folder, `worker${count++}.cjs`);
    writeFileSync(file, prelude(folder) + object.parts.join(''));
    return file;
  };
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  tf.env().set('WASM_HAS_SIMD_SUPPORT', true);
}

function prelude(folder: string): string {
  const names = Object.entries(NAMES).map(
    ([name, module]) => `globalThis[${JSON.stringify(name)}]=require(${JSON.stringify(module)});`,
  );
  const url =
    "URL.createObjectURL=(o)=>{const p=require('path').join(FOLDER,'m'+process.pid+'_'+require('worker_threads').threadId+'.cjs');require('fs').writeFileSync(p,o.parts.join(''));return p};";
  return `${names.join('')}globalThis.commonjsGlobal=globalThis;${url.replace('FOLDER', JSON.stringify(folder))}\n`;
}
