import { formatShape } from '@convzoo/layers';
import { decode } from '@convzoo/preprocessing';
import type { Session } from '@convzoo/runtime';
import { trainerNames } from '../backend-names.js';
import { describeChoice, pickBackend, pickTrainer } from '../backends.js';
import { type Method, methods } from '../choices.js';
import { describeFailure, EXIT, exitCodeOf, UsageError } from '../errors.js';
import { type Files, saveDrawn, stemsOf } from '../interpretation/draw.js';
import {
  type Explanation,
  explainByFeatureMaps,
  explainByFilters,
  explainByGradCam,
  explainByOcclusion,
} from '../interpretation/explain.js';
import { type ListedLayer, layerFor, layersFor } from '../interpretation/layer-list.js';
import { type Guess, readPicture } from '../network/classifier.js';
import { type LoadedNetwork, loadNetwork } from '../network/load.js';
import { prepareFolder } from '../output/folder.js';
import { printable, shorten } from '../output/printable.js';
import { startProgress } from '../output/progress.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { openPictures, type Picture } from '../stream/picture.js';
import { writeStdout } from '../stream/run.js';
import { buildOptions, type NetworkOptions, oneOf, refuseBoth } from './model-options.js';

interface ExplainOptions extends NetworkOptions {
  readonly method: string;
  readonly layer?: string | undefined;
  readonly class?: string | undefined;
  readonly out: string;
  readonly patch?: number | undefined;
  readonly stride?: number | undefined;
  readonly channels: number;
  readonly opacity: number;
  readonly labels?: string | undefined;
}

export async function explain(inputs: readonly string[], options: ExplainOptions): Promise<number> {
  const terminal = terminalOf(options);
  const method = oneOf(methods, options.method, '--method') ?? 'grad-cam';
  if (inputs.length === 0 && method !== 'filters' && options.layer !== 'list') {
    throw new UsageError('no-pictures', `${method} needs a picture: convzoo explain cat.jpg --method ${method}`);
  }
  refuseUnused(method, options);
  refuseBoth(options);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  if (options.layer === 'list') {
    const layers = layersFor(network.graph, method);
    if (options.json === true) printJson(layers);
    else printLayers(terminal, layers);
    return EXIT.ok;
  }
  const layer = layerFor(network.graph, method, options.layer);
  await prepareFolder(options.out);
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  const run: Run = { network, method, layer, options, terminal };
  if (method === 'filters') {
    const explanation = explainByFilters(network, network.params, layer, options.channels);
    // Filters belong to the network, whatever the picture.
    const answer = await save(run, network.model, explanation, {});
    if (options.json === true) printJson(answer);
    else if (options.jsonl === true) await writeLine(answer);
    else printAnswer(run, network.model, explanation, answer.files);
    return EXIT.ok;
  }
  return explainPictures(run, method, await openPictures(inputs, undefined));
}

interface Run {
  readonly network: LoadedNetwork;
  readonly method: Method;
  readonly layer: ReturnType<typeof layerFor>;
  readonly options: ExplainOptions;
  readonly terminal: Terminal;
}

const writeLine = (answer: object): Promise<void> => writeStdout(`${JSON.stringify(answer)}\n`);

/** One picture after the other; one that cannot be read is answered in its place. */
async function explainPictures(
  run: Run,
  method: Exclude<Method, 'filters'>,
  pictures: readonly Picture[],
): Promise<number> {
  const { network, layer, options, terminal } = run;
  const choice = await pickBackend('few-pictures', { ...options, graph: network.graph });
  for (const line of wrapText(`Backend: ${describeChoice(choice)}`, terminal.width)) terminal.note(line);
  await using session = await choice.backend.prepare(network.graph, network.params, { taps: [layer.path] });
  const explainOne = explainer(run, method, session);
  const stems = stemsOf(pictures.map(({ name }) => (name === '-' ? 'stdin' : name)));
  const answers: object[] = [];
  let failures = 0;
  for (const [i, picture] of pictures.entries()) {
    const about = { image: picture.name, model: network.model, backend: choice.backend.name };
    let answer: object;
    try {
      const explanation = await explainOne(picture);
      const saved = await save(run, stems[i] ?? picture.name, explanation, about);
      answer = saved;
      if (options.json !== true && options.jsonl !== true) printAnswer(run, picture.name, explanation, saved.files);
    } catch (error) {
      // What is wrong with the command is wrong for every picture.
      if (exitCodeOf(error) !== EXIT.failure || describeFailure(error).code === 'cannot-write') throw error;
      failures++;
      answer = { ...about, method, error: describeFailure(error) };
      if (options.json !== true && options.jsonl !== true) printFailure(terminal, picture.name, error);
    }
    if (options.jsonl === true) await writeLine(answer);
    else answers.push(answer);
  }
  if (options.json === true) printJson(answers);
  return failures > 0 ? EXIT.failure : EXIT.ok;
}

/** Explains pictures by a method; what it needs beside the session is loaded once, when it is needed. */
function explainer(
  { network, layer, options, terminal }: Run,
  method: Exclude<Method, 'filters'>,
  session: Session,
): (picture: Picture) => Promise<Explanation> {
  let trainer: ReturnType<typeof pickTrainer> | undefined;
  const trainerOf = async () => {
    trainer ??= pickTrainer(trainerNames.find((name) => name === options.backend));
    return (await trainer).backend;
  };
  return async ({ name, bytes }) => {
    const picture = bytes === undefined ? await readPicture(name) : await decode(bytes);
    const asked = { network, session, picture, layer, wantedClass: options.class, opacity: options.opacity };
    switch (method) {
      case 'grad-cam':
        return explainByGradCam(asked, trainerOf);
      case 'feature-maps':
        return explainByFeatureMaps(asked, options.channels);
      case 'occlusion': {
        let progress: ReturnType<typeof startProgress> | undefined;
        const onProgress = (done: number, total: number): void => {
          progress ??= startProgress(terminal, total, 'occlusion');
          progress.update(done, 'places');
        };
        return explainByOcclusion(asked, { ...options, onProgress }).finally(() => progress?.stop());
      }
    }
  };
}

/** Writes the pictures of an explanation, and says in JSON what they are. */
async function save({ method, layer, options, network }: Run, stem: string, explanation: Explanation, about: object) {
  const { guess, drawn, facts } = explanation;
  // What is hidden is the picture, not a layer.
  const layered = method !== 'occlusion';
  const files = await saveDrawn(options.out, [stem, method, ...(layered ? [layer.path] : [])], drawn);
  return {
    model: network.model,
    ...about,
    method,
    ...(layered && { layer: layer.path, shape: layer.shape }),
    ...(guess !== undefined && { class: guess }),
    ...facts,
    files,
  };
}

function printAnswer({ method, layer, terminal }: Run, name: string, explanation: Explanation, files: Files): void {
  const { print, colors, width } = terminal;
  const { guess, note } = explanation;
  print(`\n${colors.bold(shorten(printable(name), width))}`);
  if (guess !== undefined) print(`  ${nameOf(guess)}: ${(100 * guess.probability).toFixed(1)} %`);
  const where = method === 'occlusion' ? '' : ` at ${layer.path} (${formatShape(layer.shape)})`;
  for (const line of wrapText(`  ${method}${where}: ${note}`, width, '    ')) print(line);
  for (const path of Object.values(files)) print(colors.cyan(`  ${path}`));
}

function printFailure({ print, colors, width }: Terminal, name: string, error: unknown): void {
  print(`\n${colors.bold(shorten(printable(name), width))}`);
  for (const line of wrapText(`  ${printable(describeFailure(error).message)}`, width, '  ')) print(colors.red(line));
}

/** Classes without names are called by their number already. */
const nameOf = ({ label, index }: Guess): string =>
  label === `class ${index}` ? label : `${printable(label)}, class ${index}`;

function refuseUnused(method: Method, { patch, stride, layer, class: wanted }: ExplainOptions): void {
  if (method !== 'occlusion' && (patch !== undefined || stride !== undefined)) {
    throw new UsageError('bad-option', `--patch and --stride are for --method occlusion; ${method} has no patch.`);
  }
  if (method === 'occlusion' && layer !== undefined && layer !== 'list') {
    throw new UsageError('bad-option', 'Occlusion hides the picture, not a layer: leave --layer out.');
  }
  if (method === 'filters' && wanted !== undefined) {
    throw new UsageError('bad-option', 'Filters belong to no class: leave --class out.');
  }
}

function printLayers({ print, colors }: Terminal, layers: readonly ListedLayer[]): void {
  const longest = Math.max(...layers.map(({ layer }) => layer.length));
  for (const { layer, op, shape, taps, default: usual } of layers) {
    const names = [...taps.map((tap) => `tap ${tap}`), ...(usual ? ['default'] : [])].join(', ');
    const line = `${layer.padEnd(longest)}  ${shape.join('x').padEnd(13)} ${op.padEnd(11)} ${names}`.trimEnd();
    print(usual ? colors.bold(line) : line);
  }
}
