import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type BackendCandidate, type BackendChoice, chooseBackend } from '@convzoo/runtime';

/** A candidate that is a tfjs backend, so that it can train too. */
interface TfjsCandidate extends BackendCandidate {
  load(): Promise<TfjsBackend>;
}

// Each is loaded only when it is tried: TensorFlow alone takes half a second.
const wasm = async (): Promise<TfjsBackend> => (await import('@convzoo/backend-tfjs/wasm')).wasmBackend();
const cpu = async (): Promise<TfjsBackend> => (await import('@convzoo/backend-tfjs/cpu')).cpuBackend();
const tensorflow = async (): Promise<TfjsBackend> =>
  (await import('@convzoo/backend-tfjs/tensorflow')).tensorflowBackend();

/** What the backend is for decides the order: starting fast for a few pictures, or computing fast for long work. */
export type Purpose = 'few-pictures' | 'long-work';

const orders: Readonly<Record<Purpose, readonly TfjsCandidate[]>> = {
  'few-pictures': [
    { name: 'wasm', reason: 'the default: starts at once and needs no native code', load: wasm },
    { name: 'tensorflow', reason: 'native, since wasm is not there', load: tensorflow },
    { name: 'cpu', reason: 'plain JavaScript, since nothing faster is there', load: cpu },
  ],
  'long-work': [
    { name: 'tensorflow', reason: 'native, the fastest here for long work', load: tensorflow },
    { name: 'wasm', reason: 'the fastest that is there', load: wasm },
    { name: 'cpu', reason: 'plain JavaScript, since nothing faster is there', load: cpu },
  ],
};

export const backendNames = ['wasm', 'tensorflow', 'cpu'] as const;

export interface TfjsChoice extends BackendChoice {
  readonly backend: TfjsBackend;
}

export async function pickBackend(purpose: Purpose, wanted?: string): Promise<TfjsChoice> {
  const loaded = new Map<string, TfjsBackend>();
  const candidates = orders[purpose].map((candidate) => ({
    ...candidate,
    load: async () => {
      const backend = await candidate.load();
      loaded.set(backend.name, backend);
      return backend;
    },
  }));
  const choice = await chooseBackend(candidates, wanted);
  const backend = loaded.get(choice.backend.name);
  if (backend === undefined) throw new RangeError(`${choice.backend.name} was chosen but not loaded`);
  return { ...choice, backend };
}

/** The choice in one line, with what came first and is not there. */
export function describeChoice({ backend, reason, passedOver }: BackendChoice): string {
  const others = passedOver.map(({ name, reason: why }) => ` ${name} is not there: ${why}`);
  return `${backend.name}, ${reason} (${backend.description}).${others.join('')}`;
}
