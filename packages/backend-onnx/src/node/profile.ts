import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelTime } from '../layer-times.js';
import type { OrtLibrary, OrtSession, OrtSessionOptions } from '../library.js';

/**
 * The kernels of one run and their times. onnxruntime writes a profile when it ends one, and a session has one profile; so each
 * is of a session of its own, and of its second run, since the first takes memory.
 *
 * @param run runs the network once
 */
export async function profileKernels(
  library: OrtLibrary,
  model: Uint8Array,
  options: OrtSessionOptions,
  run: (session: OrtSession) => Promise<unknown>,
): Promise<readonly KernelTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'convzoo-ort-'));
  try {
    const session = await library.InferenceSession.create(model, {
      ...options,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
    });
    try {
      await run(session);
      await run(session);
    } finally {
      session.endProfiling?.();
      await session.release();
    }
    const [file] = await readdir(folder);
    if (file === undefined) throw new RangeError('onnxruntime wrote no profile');
    return lastRun(JSON.parse(await readFile(join(folder, file), 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of Chrome's trace format, times in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

const KERNEL = /_kernel_time$/;

function lastRun(trace: readonly TraceEvent[]): readonly KernelTime[] {
  const begin = Math.max(...trace.filter(({ name }) => name === 'model_run').map(({ ts }) => ts));
  return trace
    .filter(({ cat, name, ts }) => cat === 'Node' && KERNEL.test(name) && ts >= begin)
    .sort((a, b) => a.ts - b.ts)
    .map(({ name, dur, args }) => ({ name: name.replace(KERNEL, ''), op: args?.op_name ?? '', seconds: dur / 1e6 }));
}
