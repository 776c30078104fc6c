import { type Float32Tensor, float32Tensor, type Graph, type Parameters } from '@convzoo/layers';
import { preprocess } from '@convzoo/preprocessing';
import { difference } from '@convzoo/runtime';
import { backendNames } from '../backend-names.js';
import { pickBackend } from '../backends.js';
import { describeFailure } from '../errors.js';
import { readPicture } from '../network/classifier.js';
import { DEFAULT_MODEL } from '../network/embedded.js';
import { loadNetwork } from '../network/load.js';
import type { Terminal } from '../output/terminal.js';
import { samplePictures } from '../pictures/samples.js';
import type { Check } from './check.js';
import { GOLDEN_LOGITS, TOLERANCE } from './golden.js';

/** What became of one backend. */
type Trial =
  | {
      readonly name: string;
      readonly description: string;
      readonly logits: Float32Array;
      readonly milliseconds: number;
    }
  | { readonly name: string; readonly failure: string; readonly missing: boolean };

/** Every backend with the golden picture, and how far their answers are apart. */
export async function backendChecks(terminal: Terminal): Promise<readonly Check[]> {
  const { graph, params, preset } = await loadNetwork(DEFAULT_MODEL, { terminal });
  const [picture = ''] = samplePictures();
  const { data, shape } = preprocess(await readPicture(picture), preset);
  const input = float32Tensor([1, ...shape], data);
  const trials: Trial[] = [];
  for (const name of backendNames) trials.push(await attempt(name, graph, params, input));
  return [...trials.map(checkOf), agreementOf(trials)];
}

async function attempt(name: string, graph: Graph, params: Parameters, input: Float32Tensor): Promise<Trial> {
  try {
    const { backend } = await pickBackend('proof', { backend: name });
    await using session = await backend.prepare(graph, params);
    // The first run compiles and packs.
    await session.run(input);
    const start = performance.now();
    const { output } = await session.run(input);
    const milliseconds = performance.now() - start;
    return { name, description: backend.description, logits: output.data, milliseconds };
  } catch (error) {
    const { code, message } = describeFailure(error);
    return { name, failure: message, missing: code === 'backend-unavailable' };
  }
}

/** Backends that come with the app; the others are native and optional. */
const ALWAYS_THERE: readonly string[] = ['engine', 'wasm', 'cpu'];

/** What is lost without the others. */
const OPTIONAL: Readonly<Record<string, string>> = {
  tensorflow: 'It is optional: everything but the fastest training works without.',
  ort: 'It is optional: the engine computes the same, on small networks not as fast.',
};

function checkOf(trial: Trial): Check {
  const name = `Backend ${trial.name}`;
  if (!('failure' in trial)) {
    const found = `${trial.description}; ${trial.milliseconds.toFixed(1)} ms a picture`;
    const facts = { available: true, description: trial.description, milliseconds: trial.milliseconds };
    return { name, status: 'ok', found, facts };
  }
  const found = trial.failure.replace(/^Backend \w+ is not there: /, 'not there: ').replace(/\.$/, '');
  const facts = { available: false, reason: trial.failure };
  if (trial.missing && !ALWAYS_THERE.includes(trial.name)) {
    const remedy = OPTIONAL[trial.name] ?? 'It is optional.';
    return { name, status: 'note', found, remedy, facts };
  }
  const remedy =
    'Mend what stands above; if nothing does, install again: "npm install --force convzoo". Until then choose another by --backend.';
  return { name, status: 'problem', found, remedy, facts };
}

function agreementOf(trials: readonly Trial[]): Check {
  const differences = trials.flatMap((trial) =>
    'failure' in trial ? [] : [{ backend: trial.name, ...difference(trial.logits, GOLDEN_LOGITS) }],
  );
  const [worst] = [...differences].sort((a, b) => b.relative - a.relative);
  const name = 'Golden picture';
  if (worst === undefined) {
    const remedy = 'No backend runs at all; see above.';
    return { name, status: 'problem', found: 'nothing to compare', remedy };
  }
  const facts = { tolerance: TOLERANCE, differences };
  const found = `largest difference ${worst.maxAbs.toExponential(1)} in a logit, by ${worst.backend} (${differences.map(({ backend }) => backend).join(', ')})`;
  // Asked this way round, so that NaN is no agreement.
  if (worst.relative < TOLERANCE && differences.every(({ relative }) => relative < TOLERANCE))
    return { name, status: 'ok', found, facts };
  const wrong = differences.filter(({ relative }) => !(relative < TOLERANCE)).map(({ backend }) => backend);
  const remedy = `${wrong.join(' and ')} computes wrongly here: choose another by --backend, install again, and report this with "convzoo doctor --json".`;
  return { name, status: 'problem', found, remedy, facts };
}
