import { dirname } from 'node:path';
import { writeFileAtomic } from '@convzoo/weights/node';
import { describeChoice, pickBackend } from '../backends.js';
import { EXIT, UsageError } from '../errors.js';
import { type EvaluateOptions, type Evaluation, evaluate } from '../evaluation/evaluate.js';
import type { EvaluatedNetwork } from '../evaluation/html.js';
import { openLabelledSet } from '../evaluation/labelled-set.js';
import { wilsonInterval } from '../evaluation/tally.js';
import { printScores } from '../evaluation/text.js';
import { loadNetwork } from '../network/load.js';
import { prepareFolder } from '../output/folder.js';
import { printable } from '../output/printable.js';
import { startProgress } from '../output/progress.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { writeStdout } from '../stream/run.js';
import { buildOptions, type NetworkOptions, refuseBoth } from './model-options.js';

interface EvaluateCommandOptions extends NetworkOptions {
  readonly labels?: string | undefined;
  readonly split: string;
  readonly limit?: number | undefined;
  readonly batch?: number | undefined;
  readonly perClass?: boolean | undefined;
  readonly confusion?: boolean | undefined;
  readonly calibration?: boolean | undefined;
  readonly svg?: string | undefined;
  readonly html?: string | undefined;
}

/** Pixels that a run may take by default: large enough to keep the processor busy, small enough for the memory. */
const PIXELS_A_RUN = 512 * 512;

export async function evaluateSet(data: string, options: EvaluateCommandOptions): Promise<number> {
  const terminal = terminalOf(options);
  const { split, svg, html } = options;
  if (split !== 'train' && split !== 'test')
    throw new UsageError('bad-option', `--split is train or test; got "${split}".`);
  refuseBoth(options);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  const { labels, outputs } = network;
  const whole = await openLabelledSet(data, split, labels);
  const set = { ...whole, size: Math.min(whole.size, options.limit ?? whole.size) };
  for (const file of [svg, html]) if (file !== undefined) await prepareFolder(dirname(file));
  const choice = await pickBackend('long-work', {
    ...options,
    graph: network.graph,
    pictures: set.size,
    measuring: terminal.note,
  });
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  await using session = await choice.backend.prepare(network.graph, network.params);
  const [, height = 1, width = 1] = [0, ...(network.graph.nodes[0]?.shape ?? [])];
  const batch = options.batch ?? Math.min(Math.max(Math.floor(PIXELS_A_RUN / (height * width)), 1), 256);
  const progress = startProgress(terminal, set.size, 'evaluate');
  const started = performance.now();
  const result = await evaluate(set, session, network.preset, {
    batch,
    outputs,
    classes: labels.length,
    onProgress: (done, right) => progress.update(done, `top-1 ${((100 * right) / done).toFixed(2)} %`),
    ...(options.jsonl === true && { onPicture: writeLine }),
  }).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1000;
  const about: EvaluatedNetwork = { ...network, backend: choice.backend.name, data };
  await writePictures(about, result, { svg, html }, terminal);
  if (options.json === true) printJson(toJson(about, result, seconds));
  else if (options.jsonl === true) terminal.note(`top-1 ${result.top1} of ${result.of}, top-5 ${result.top5}.`);
  else print(about, result, seconds, options, terminal);
  return result.failed.length > 0 || result.of === 0 ? EXIT.failure : EXIT.ok;
}

const writeLine: NonNullable<EvaluateOptions['onPicture']> = async (picture) => {
  const { index, image } = picture;
  const line =
    'code' in picture
      ? { index, image, error: { code: picture.code, message: picture.message } }
      : {
          ...{ index, image, label: picture.label, predicted: picture.predicted },
          ...{ probability: picture.probabilities[picture.predicted], place: picture.place },
        };
  await writeStdout(`${JSON.stringify(line)}\n`);
};

async function writePictures(
  about: EvaluatedNetwork,
  result: Evaluation,
  { svg, html }: { readonly svg: string | undefined; readonly html: string | undefined },
  terminal: Terminal,
): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    await writeFileAtomic(path, text);
    terminal.note(`Wrote ${path}.`);
  };
  if (svg !== undefined) {
    const { evaluationSvgs } = await import('../evaluation/charts.js');
    const { reliability, confusion } = await evaluationSvgs(about.model, about.labels, result);
    await write(svg, reliability);
    await write(`${svg.replace(/\.svg$/i, '')}.confusion.svg`, confusion);
  }
  if (html !== undefined) {
    const { evaluationHtml } = await import('../evaluation/html.js');
    await write(html, await evaluationHtml(about, result));
  }
}

function toJson({ model, backend, data, labels }: EvaluatedNetwork, result: Evaluation, seconds: number): object {
  const { of, top1, top5, classes, macro, confusion, calibration, failed } = result;
  const accuracy = (right: number) => ({ right, accuracy: right / of, interval95: wilsonInterval(right, of) });
  return {
    ...{ model, backend, data, pictures: of, top1: accuracy(top1), top5: accuracy(top5), seconds },
    ...{ calibration, macro },
    classes: classes
      .filter(({ pictures, predicted }) => pictures + predicted > 0)
      .map(({ index, ...each }) => ({ index, label: labels[index], ...each })),
    confusion,
    failed,
  };
}

function print(
  { model, data, backend, labels }: EvaluatedNetwork,
  result: Evaluation,
  seconds: number,
  { perClass = false, confusion = false, calibration = false }: EvaluateCommandOptions,
  terminal: Terminal,
): void {
  const { colors, width } = terminal;
  const [head = '', ...rest] = wrapText(printable(`${model} on ${result.of} pictures of ${data}`), width, '  ');
  terminal.print(colors.bold(head));
  for (const line of rest) terminal.print(colors.bold(line));
  if (result.of > 0) printScores(terminal, labels, result, { perClass, confusion, calibration });
  terminal.print('');
  const rate = `  ${(result.of / seconds).toFixed(0)} pictures/s with decoding, on ${backend}`;
  for (const line of wrapText(rate, width, '  ')) terminal.print(colors.dim(line));
  for (const { image, message } of result.failed)
    for (const line of wrapText(printable(`  ${image} failed: ${message}`), width, '    '))
      terminal.print(colors.red(line));
}
