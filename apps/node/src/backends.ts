import { join } from 'node:path';
import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { availableThreads, type EngineOptions, type WeightsCache } from '@convzoo/engine';
import type { Graph } from '@convzoo/layers';
import { type Backend, type BackendCandidate, type BackendChoice, chooseBackend } from '@convzoo/runtime';
import { AUTO, takesThreads, trainerNames } from './backend-names.js';
import { readTrial, writeTrial } from './choice/store.js';
import {
  isDecidedByTrial,
  isWorthATrial,
  ranked,
  reasonOf,
  type Trial,
  type TrialRow,
  threadsFor,
} from './choice/trial.js';
import { UsageError } from './errors.js';

/** A candidate that is a tfjs backend, so that it can train too. */
interface TfjsCandidate extends BackendCandidate {
  load(): Promise<TfjsBackend>;
}

// Each is loaded only when it is tried: TensorFlow alone takes half a second.
const engine = async (options: EngineOptions): Promise<Backend> =>
  (await import('@convzoo/engine')).engineBackend({ ...options, cache: await packedCache() });
/** Where the engine keeps networks as it packs them, if it is to (the setting `packed`). */
async function packedCache(): Promise<WeightsCache | undefined> {
  if (!['1', 'true'].includes(process.env['CONVZOO_PACKED'] ?? '')) return undefined;
  const [{ folderCache }, { cacheFolder }] = await Promise.all([
    import('@convzoo/engine/node'),
    import('@convzoo/hub/node'),
  ]);
  return folderCache(join(cacheFolder(), 'engine'));
}
const wasm = async (): Promise<TfjsBackend> => (await import('@convzoo/backend-tfjs/wasm')).wasmBackend();
const onnxruntime = async (threads: number): Promise<Backend> =>
  (await import('@convzoo/backend-onnx/node')).ortBackend({ threads });
const cpu = async (): Promise<TfjsBackend> => (await import('@convzoo/backend-tfjs/cpu')).cpuBackend();
const tensorflow = async (): Promise<TfjsBackend> =>
  (await import('@convzoo/backend-tfjs/tensorflow')).tensorflowBackend();

const plainJavaScript = { name: 'cpu', reason: 'plain JavaScript, since nothing faster is there', load: cpu };

const trainerCalled: Readonly<Record<(typeof trainerNames)[number], TfjsCandidate>> = {
  tensorflow: { name: 'tensorflow', reason: 'native, the fastest here for training', load: tensorflow },
  wasm: { name: 'wasm', reason: 'the fastest that is there', load: wasm },
  cpu: plainJavaScript,
};

/**
 * What the backend is for decides the order: starting fast for a few pictures, computing fast for long work, or proving a
 * network right, for which libraries that others have tested come first.
 */
export type Purpose = 'few-pictures' | 'long-work' | 'proof';

/** tfjs-wasm is slower than the engine on every network measured (docs/engine.md), so it is never before it. */
function orderFor(purpose: Purpose, threads: number): readonly BackendCandidate[] {
  const own = (reason: string): BackendCandidate => ({ name: 'engine', reason, load: () => engine({ threads }) });
  const ort = (reason: string): BackendCandidate => ({ name: 'ort', reason, load: () => onnxruntime(threads) });
  switch (purpose) {
    case 'few-pictures':
      return [
        own('the default: starts at once and needs no native code'),
        ort('onnxruntime, since the engine cannot start'),
        { name: 'wasm', reason: 'tfjs, since the engine cannot run it', load: wasm },
        { name: 'tensorflow', reason: 'native, since nothing else is there', load: tensorflow },
        plainJavaScript,
      ];
    case 'long-work':
      return [
        { name: 'tensorflow', reason: 'native, the fastest here for long work', load: tensorflow },
        own('the fastest that is there'),
        ort('onnxruntime, since the engine cannot start'),
        { name: 'wasm', reason: 'tfjs, since nothing faster is there', load: wasm },
        plainJavaScript,
      ];
    case 'proof':
      return [
        { name: 'tensorflow', reason: 'native, and tested by others', load: tensorflow },
        ort('native, and tested by others'),
        { name: 'wasm', reason: 'the fastest other than our own', load: wasm },
        own('since nothing of others is there'),
        plainJavaScript,
      ];
  }
}

export interface BackendWish {
  /** The one that the user asked for, which is never replaced by another; `auto` or nothing leaves it to the app. */
  readonly backend?: string | undefined;
  /** Threads of the engine or of onnxruntime; by the work if not given. */
  readonly threads?: number | undefined;
  /** What it has to run: one that cannot is passed over. */
  readonly graph?: Graph | undefined;
  /** How many pictures are to come; 1 if not given. */
  readonly pictures?: number | undefined;
  /** Pictures at once; 1 if not given. */
  readonly batch?: number | undefined;
  /** Told before backends are measured, which takes seconds. Without, nothing is measured. */
  measuring?(text: string): void;
}

/**
 * The backend for some work. Where the choice is the app's and the work takes more than a second or so, a trial of the network on
 * this machine decides: one of an earlier run, or, where the work is long enough to pay for it, one that is made now. Else it is the
 * first that is there, in the order of its purpose.
 *
 * @throws RuntimeError `unknown-backend`, `backend-unavailable`, `no-backend`; UsageError `bad-option`
 */
export async function pickBackend(purpose: Purpose, wish: BackendWish): Promise<BackendChoice> {
  const { threads, graph, pictures = 1 } = wish;
  const backend = wish.backend === AUTO ? undefined : wish.backend;
  if (threads !== undefined && backend !== undefined && !takesThreads(backend)) {
    throw new UsageError(
      'bad-option',
      `--threads is for engine and ort; ${backend} has its own. Leave one of both out.`,
    );
  }
  const usual = orderFor(purpose, threads ?? threadsFor(graph, pictures, availableThreads().threads));
  const measured =
    backend === undefined && purpose !== 'proof' && graph !== undefined ? await trialFor(graph, wish) : [];
  const candidates = [...measured, ...usual];
  return chooseBackend(graph === undefined ? candidates : candidates.map((each) => able(each, graph)), backend);
}

/** Candidates in the order of a trial; none where there is no trial. */
async function trialFor(graph: Graph, wish: BackendWish): Promise<readonly BackendCandidate[]> {
  const { pictures = 1, batch = 1, threads } = wish;
  if (!isDecidedByTrial(graph, pictures)) return [];
  const trial = (await readTrial(graph, batch)) ?? (await newTrial(graph, wish));
  if (trial === undefined) return [];
  const rows = ranked(trial, pictures, threads);
  const reason = reasonOf(rows, trial);
  return rows.map((row) => ({ name: row.backend, reason, load: () => loadRow(row) }));
}

async function newTrial(graph: Graph, { pictures = 1, batch = 1, measuring }: BackendWish): Promise<Trial | undefined> {
  if (measuring === undefined || !isWorthATrial(graph, pictures)) return undefined;
  measuring(`Measuring once which backend is the fastest for ${graph.name} here; some seconds.`);
  const { measureTrial } = await import('./choice/measure.js');
  const trial = await measureTrial(graph, batch);
  if (trial !== undefined) await writeTrial(graph, trial);
  return trial;
}

function loadRow({ backend, threads = 1 }: TrialRow): Promise<Backend> {
  switch (backend) {
    case 'engine':
      return engine({ threads });
    case 'ort':
      return onnxruntime(threads);
    case 'tensorflow':
      return tensorflow();
    default:
      return wasm();
  }
}

/** A candidate that counts as absent where it cannot run the graph. */
function able(candidate: BackendCandidate, graph: Graph): BackendCandidate {
  return {
    ...candidate,
    async load() {
      const backend = await candidate.load();
      const [missing] = backend.unsupported(graph);
      if (missing !== undefined) throw new Error(`it cannot run ${missing.path} (${missing.op}): ${missing.reason}`);
      return backend;
    },
  };
}

export interface TfjsChoice extends BackendChoice {
  readonly backend: TfjsBackend;
}

/** A backend that can train. */
export async function pickTrainer(wanted?: string): Promise<TfjsChoice> {
  if (wanted === 'engine' || wanted === 'ort') {
    const name = wanted === 'ort' ? 'onnxruntime' : 'The engine';
    throw new UsageError('bad-option', `${name} cannot train. Choose ${trainerNames.join(', ')}.`);
  }
  const loaded = new Map<string, TfjsBackend>();
  const candidates = trainerNames
    .map((name) => trainerCalled[name])
    .map((candidate) => ({
      ...candidate,
      load: async () => {
        const backend = await candidate.load();
        loaded.set(backend.name, backend);
        return backend;
      },
    }));
  const choice = await chooseBackend(candidates, wanted === AUTO ? undefined : wanted);
  const backend = loaded.get(choice.backend.name);
  if (backend === undefined) throw new RangeError(`${choice.backend.name} was chosen but not loaded`);
  return { ...choice, backend };
}

/** The choice in one line, with what came first and is not there. */
export function describeChoice({ backend, reason, passedOver }: BackendChoice): string {
  const others = passedOver.map(({ name, reason: why }) => ` ${name} is not there: ${why}`);
  return `${backend.name}, ${reason} (${backend.description}).${others.join('')}`;
}
