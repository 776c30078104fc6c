import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { formatBytes } from '@convzoo/cost-analysis/format';
import { availableThreads } from '@convzoo/engine';
import type { Check } from './check.js';

/** Oldest Node that the packages are made for (their `engines`). */
const OLDEST: readonly [number, number] = [20, 19];

export function nodeCheck(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const found = `Node ${version}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`;
  const facts = { version, v8: process.versions.v8, platform: process.platform, arch: process.arch };
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]))
    return { name: 'Node', status: 'ok', found, facts };
  const remedy = `Install Node ${OLDEST.join('.')} or newer: https://nodejs.org`;
  return { name: 'Node', status: 'problem', found, remedy, facts };
}

/** Instruction sets that decide how fast V8 and native libraries multiply, as Linux names them. */
const FLAGS = ['sse4_1', 'avx', 'avx2', 'fma', 'avx512f', 'asimd', 'asimddp'];

export function processorCheck(): Check {
  const all = cpus();
  const model = all[0]?.model.trim() || 'unknown processor';
  const usable = availableParallelism();
  const flags = instructionSets();
  const share = usable < all.length ? `${usable} of ${all.length} processors for this process` : `${usable} processors`;
  return {
    name: 'CPU',
    status: 'ok',
    found: [model, share, ...(flags.length > 0 ? [flags.join(' ')] : [])].join(', '),
    facts: { model, processors: all.length, usable, flags },
  };
}

/** Empty where the system does not tell. */
function instructionSets(): readonly string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    const has = new Set(line.trim().split(/\s+/));
    return FLAGS.filter((flag) => has.has(flag));
  } catch {
    return [];
  }
}

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
/** A function that returns `i32x4.splat` of its argument: valid only where SIMD is. */
const SIMD = new Uint8Array([
  ...[...HEADER, 1, 6, 1, 96, 1, 127, 1, 123, 3, 2, 1, 0],
  ...[10, 8, 1, 6, 0, 32, 0, 253, 17, 11],
]);
/** A function of one relaxed multiply-add of its three vectors. */
const RELAXED_SIMD = new Uint8Array([
  ...[...HEADER, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
]);

export function simdCheck(): Check {
  const valid = (bytes: Uint8Array<ArrayBuffer>): boolean =>
    typeof WebAssembly !== 'undefined' && WebAssembly.validate(bytes);
  const [simd, relaxed] = [valid(SIMD), valid(RELAXED_SIMD)];
  const facts = { webAssembly: typeof WebAssembly !== 'undefined', simd, relaxed };
  if (!facts.webAssembly) {
    const remedy = 'The engine and the decoders of pictures need it. Start Node without --jitless.';
    return { name: 'SIMD', status: 'problem', found: 'no WebAssembly', remedy, facts };
  }
  if (!simd) {
    const remedy =
      'The engine computes the same without, four to five times slower. V8 has it on every 64-bit ARM processor and on x86 from SSE4.1 on, which a virtual machine may hide.';
    return { name: 'SIMD', status: 'note', found: 'WebAssembly without SIMD', remedy, facts };
  }
  if (relaxed) return { name: 'SIMD', status: 'ok', found: 'WebAssembly SIMD and relaxed SIMD (multiply-add)', facts };
  const remedy = 'Node 22 and newer have it, and so the engine multiplies and adds in one instruction.';
  return { name: 'SIMD', status: 'note', found: 'WebAssembly SIMD, no relaxed SIMD', remedy, facts };
}

export function threadsCheck(): Check {
  const { threads, reason } = availableThreads();
  const facts = { threads, reason };
  if (threads > 1) return { name: 'Threads', status: 'ok', found: `the engine takes ${threads} (${reason})`, facts };
  const single = availableParallelism() === 1;
  const remedy = single
    ? 'Give the process, or its container, more processors.'
    : 'Leave --no-harmony-sharedarraybuffer out of NODE_OPTIONS.';
  return { name: 'Threads', status: 'note', found: `the engine takes 1 (${reason})`, remedy, facts };
}

/** Enough for every network of the zoo: VGG-16 has 528 MiB of weights, and is read, packed and run. */
const COMFORTABLE = 2 * 2 ** 30;
/** Enough for the smaller ones. */
const LEAST = 256 * 2 ** 20;

export function memoryCheck(free: number = process.availableMemory(), total: number = totalmem()): Check {
  const found = `${formatBytes(free)} free of ${formatBytes(total)}`;
  const facts = { free, total };
  if (free >= COMFORTABLE) return { name: 'Memory', status: 'ok', found, facts };
  const remedy = 'Close other programs, or give the container more.';
  if (free < LEAST) return { name: 'Memory', status: 'problem', found, remedy, facts };
  return {
    name: 'Memory',
    status: 'note',
    found: `${found}: too little for the largest networks (VGG)`,
    remedy,
    facts,
  };
}
