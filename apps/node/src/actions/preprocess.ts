import { type Preset, presets } from '@convzoo/preprocessing';
import { describeFailure, EXIT, type Failure } from '../errors.js';
import { presetCalled } from '../network/preset.js';
import { prepareFolder } from '../output/folder.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapList } from '../output/wrap.js';
import { type RunStage, runStages, stageSaver } from '../pictures/stages.js';
import { openPictures } from '../stream/picture.js';
import { writeStdout } from '../stream/run.js';
import { refuseBoth } from './model-options.js';

/** With --explain it has its parameters. */
type ShownStage = Omit<RunStage, 'parameters'> & Partial<Pick<RunStage, 'parameters'>>;

/** One entry of `--json`. */
type Answer =
  | { readonly file: string; readonly stages: readonly ShownStage[] }
  | { readonly file: string; readonly error: Failure };

interface PreprocessOptions extends OutputOptions {
  readonly preset?: string | undefined;
  readonly explain?: boolean | undefined;
  readonly saveStages?: string | undefined;
  readonly orient: boolean;
  readonly maxPixels?: number | undefined;
  readonly jsonl?: boolean | undefined;
}

export async function preprocess(inputs: readonly string[], options: PreprocessOptions): Promise<number> {
  const terminal = terminalOf(options);
  const { saveStages: folder, orient, maxPixels, explain = false } = options;
  const preset: Preset | undefined = options.preset === undefined ? undefined : presets[presetCalled(options.preset)];
  refuseBoth(options);
  const pictures = await openPictures(inputs, undefined);
  if (folder !== undefined) await prepareFolder(folder);
  const save = folder === undefined ? undefined : stageSaver(folder);
  const decode = { applyOrientation: orient, ...(maxPixels !== undefined && { maxPixels }) };
  const answers: Answer[] = [];
  let failures = 0;
  for (const picture of pictures) {
    const answer = await answerFor(picture.name, () => runStages(picture, preset, decode, save), explain);
    if ('error' in answer) failures++;
    if (options.json === true) answers.push(answer);
    else if (options.jsonl === true) await writeStdout(`${JSON.stringify(answer)}\n`);
    else printAnswer(terminal, answer);
  }
  if (options.json === true) printJson(answers);
  else if (folder !== undefined) terminal.note(`Pictures of the stages: ${folder}`);
  return failures > 0 ? EXIT.failure : EXIT.ok;
}

/** A file that cannot be read is answered in its place, and does not stop the others. */
async function answerFor(file: string, run: () => Promise<readonly RunStage[]>, explain: boolean): Promise<Answer> {
  try {
    const stages = await run();
    return { file, stages: explain ? stages : stages.map(({ parameters: _, ...stage }) => stage) };
  } catch (error) {
    return { file, error: describeFailure(error) };
  }
}

/** Columns of the table: two of indent, the stage, its size, its type; the hash has the rest. */
const NAME = 14;
const SIZE = 14;
const TYPE = 9;

function printAnswer({ print, colors, width }: Terminal, answer: Answer): void {
  print(colors.bold(answer.file));
  if ('error' in answer) {
    print(`  ${colors.red(answer.error.message)}`);
    return;
  }
  for (const stage of answer.stages) {
    const facts = `  ${stage.name.padEnd(NAME)}${sizeOf(stage).padEnd(SIZE)}${stage.dtype.padEnd(TYPE)}`;
    print(`${facts}${shortened(stage.sha256, width - facts.length)}`.trimEnd());
    const parameters = Object.entries(stage.parameters ?? {}).map(
      ([name, value]) => `${name} ${JSON.stringify(value)}`,
    );
    for (const line of wrapList(parameters, width, ' '.repeat(NAME + 2))) print(colors.dim(line));
  }
}

function sizeOf({ size, channels }: ShownStage): string {
  return [...size, channels].join('x');
}

/** Letters of a hash that tell it from others. */
const TELLING = 8;

/** The whole hash where there is room, else its beginning, or nothing; `--json` has all of it. */
function shortened(hash: string, room: number): string {
  if (room < TELLING + 3) return '';
  return hash.length <= room ? hash : `${hash.slice(0, room - 3)}...`;
}
