import { formatShape } from '@convzoo/layers';
import { describeChoice, pickBackend, pickTrainer, trainerNames } from '../backends.js';
import { UsageError } from '../errors.js';
import { saveDrawn } from '../interpretation/draw.js';
import {
  type Explanation,
  explainByFeatureMaps,
  explainByFilters,
  explainByGradCam,
  explainByOcclusion,
} from '../interpretation/explain.js';
import { type ListedLayer, layerFor, layersFor, type Method, methods } from '../interpretation/layer-list.js';
import { type Guess, readPicture } from '../network/classifier.js';
import { DEFAULT_MODEL, type LoadedNetwork, loadNetwork } from '../network/load.js';
import { prepareFolder } from '../output/folder.js';
import { printable } from '../output/printable.js';
import { startProgress } from '../output/progress.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { buildOptions, oneOf } from './model-options.js';
import { backendHelp, command, numberBetween, threadCount, threadsHelp, wholeNumber } from './options.js';

export function explainCommand() {
  return command('explain')
    .description('Show what a network looks at, as PNG pictures')
    .argument('[picture]', 'a picture file; not needed for filters and for --layer list')
    .option('-m, --model <name>', 'network of the zoo, or a file: .ts, .js, JSON graph, Keras model', DEFAULT_MODEL)
    .option('-w, --weights <file>', 'a file, a name of "weights list", hf://OWNER/REPO/FILE or https://...')
    .option('--pull', 'download published weights where none are given')
    .option('--method <name>', methods.join(', '), 'grad-cam')
    .option('--layer <name>', 'a layer or tap, or "list" to see them; the last map before pooling if not given')
    .option('--class <name>', 'class by name or number; the most probable if not given')
    .option('-o, --out <folder>', 'where the pictures go', 'explanations')
    .option('--patch <pixels>', 'occlusion: side of the patch; a seventh of the input', wholeNumber(1))
    .option('--stride <pixels>', 'occlusion: from place to place; half the patch', wholeNumber(1))
    .option('--channels <count>', 'feature maps and filters: the most that are shown', wholeNumber(1), 64)
    .option('--opacity <share>', 'of the heat map over the picture, 0 to 1', numberBetween(0, 1), 0.5)
    .option('--preset <name>', 'preprocessing that the weights were made for, where it is not the usual one')
    .option('--input <size>', 'height and width where not the usual ones: 224, or 97x131')
    .option('--labels <file>', 'class names where they are your own: one a line, or a JSON list')
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .addHelpText(
      'after',
      `
grad-cam      where the evidence for the class lies (Selvaraju et al. 2017)
occlusion     where hiding the picture lowers the probability (Zeiler 2014)
feature-maps  what the channels of a layer answer
filters       the kernels of a convolution

Examples:
  $ convzoo explain cat.jpg
  $ convzoo explain cat.jpg --model mobilenet_v2 --weights mobilenet_v2_1.0_224.h5
  $ convzoo explain pets.jpg --model resnet50 --pull --class 'tabby cat'
  $ convzoo explain cat.jpg --method occlusion --patch 8 --stride 2
  $ convzoo explain cat.jpg --method feature-maps --layer layer1.0.conv1
  $ convzoo explain --method filters
  $ convzoo explain --layer list`,
    )
    .action(async (picture, options) => {
      await explain(picture, options);
    });
}

interface ExplainOptions {
  readonly model: string;
  readonly weights?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly method: string;
  readonly layer?: string | undefined;
  readonly class?: string | undefined;
  readonly out: string;
  readonly patch?: number | undefined;
  readonly stride?: number | undefined;
  readonly channels: number;
  readonly opacity: number;
  readonly preset?: string | undefined;
  readonly input?: string | undefined;
  readonly labels?: string | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

async function explain(file: string | undefined, options: ExplainOptions): Promise<void> {
  const terminal = terminalOf(options);
  const method = oneOf(methods, options.method, '--method') ?? 'grad-cam';
  if (file === undefined && method !== 'filters' && options.layer !== 'list') {
    throw new UsageError('no-pictures', `${method} needs a picture: convzoo explain cat.jpg --method ${method}`);
  }
  refuseUnused(method, options);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  if (options.layer === 'list') {
    const layers = layersFor(network.graph, method);
    return options.json === true ? printJson(layers) : printLayers(terminal, layers);
  }
  const layer = layerFor(network.graph, method, options.layer);
  await prepareFolder(options.out);
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  const explained: { readonly explanation: Explanation; readonly backend?: string } =
    method === 'filters' || file === undefined
      ? { explanation: explainByFilters(network, network.params, layer, options.channels) }
      : await run(file, method, network, layer, options, terminal);
  const { guess, drawn, facts, note } = explained.explanation;
  // What is hidden is the picture, not a layer.
  const layered = method !== 'occlusion';
  // Filters belong to the network, whatever the picture.
  const files = await saveDrawn(
    options.out,
    [method === 'filters' || file === undefined ? network.model : file, method, ...(layered ? [layer.path] : [])],
    drawn,
  );
  if (options.json === true) {
    const { backend } = explained;
    printJson({
      ...(file !== undefined && method !== 'filters' && { image: file }),
      model: network.model,
      ...(backend !== undefined && { backend }),
      method,
      ...(layered && { layer: layer.path, shape: layer.shape }),
      ...(guess !== undefined && { class: guess }),
      ...facts,
      files,
    });
    return;
  }
  const { print, colors, width } = terminal;
  print(`\n${colors.bold(printable(method === 'filters' || file === undefined ? network.model : file))}`);
  if (guess !== undefined) print(`  ${nameOf(guess)}: ${(100 * guess.probability).toFixed(1)} %`);
  const where = layered ? ` at ${layer.path} (${formatShape(layer.shape)})` : '';
  for (const line of wrapText(`  ${method}${where}: ${note}`, width, '    ')) print(line);
  for (const path of Object.values(files)) print(colors.cyan(`  ${path}`));
}

/** Classes without names are called by their number already. */
const nameOf = ({ label, index }: Guess): string =>
  label === `class ${index}` ? label : `${printable(label)}, class ${index}`;

async function run(
  file: string,
  method: Exclude<Method, 'filters'>,
  network: LoadedNetwork,
  layer: ReturnType<typeof layerFor>,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<{ readonly explanation: Explanation; readonly backend: string }> {
  const picture = await readPicture(file);
  const choice = await pickBackend('few-pictures', { ...options, graph: network.graph });
  terminal.note(`Backend: ${describeChoice(choice)}`);
  await using session = await choice.backend.prepare(network.graph, network.params, { taps: [layer.path] });
  const asked = { network, session, picture, layer, wantedClass: options.class, opacity: options.opacity };
  const backend = choice.backend.name;
  switch (method) {
    case 'grad-cam': {
      const trainer = trainerNames.find((name) => name === options.backend);
      return { backend, explanation: await explainByGradCam(asked, async () => (await pickTrainer(trainer)).backend) };
    }
    case 'occlusion': {
      let progress: ReturnType<typeof startProgress> | undefined;
      const onProgress = (done: number, total: number): void => {
        progress ??= startProgress(terminal, total, 'occlusion');
        progress.update(done, 'places');
      };
      const explanation = await explainByOcclusion(asked, { ...options, onProgress }).finally(() => progress?.stop());
      return { backend, explanation };
    }
    case 'feature-maps':
      return { backend, explanation: await explainByFeatureMaps(asked, options.channels) };
  }
}

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
