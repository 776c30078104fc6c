import { formatBytes, formatInteger } from '@convzoo/cost-analysis/format';
import type { DialectName } from '@convzoo/weights';
import { type Conversion, convertFile, type Side } from '../conversion/convert.js';
import { exportOnnx, type OnnxExport, type OnnxWish } from '../conversion/onnx.js';
import { isWeights, outputOf, refuseToOverwrite } from '../conversion/output.js';
import { UsageError } from '../errors.js';
import { printable } from '../output/printable.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { resolveWeights } from '../weights/resolve.js';

interface ConvertOptions extends OutputOptions {
  readonly model?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly format?: string | undefined;
  readonly dtype?: string | undefined;
  readonly weights?: string | undefined;
  readonly layout?: string | undefined;
  readonly taps?: string | undefined;
  readonly preset?: string | undefined;
  readonly fold?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export async function convert(file: string, out: string, options: ConvertOptions): Promise<void> {
  const output = outputOf(out, options.format);
  const force = options.force === true;
  if (!force) refuseToOverwrite(output);
  const terminal = terminalOf(options);
  if (!isWeights(output)) {
    refuseOptions(options, WEIGHTS_ONLY, 'is for weights, and ONNX is a network');
    const written = await exportOnnx(file, output, onnxWish(options), terminal);
    if (options.json === true) printJson(written);
    else if (options.quiet !== true) printExport(written, terminal);
    return;
  }
  refuseOptions(options, ONNX_ONLY, 'is for ONNX alone');
  const { path } = await resolveWeights(file, { terminal });
  const conversion = await convertFile(path, output, {
    model: options.model,
    from: oneOf(DIALECTS, options.from, '--from'),
    to: oneOf(DIALECTS, options.to, '--to'),
    dtype: oneOf(['float32', 'float16'] as const, options.dtype, '--dtype'),
    force,
  });
  if (options.json === true) printJson(conversionToJson(conversion));
  else if (options.quiet !== true) printConversion(conversion, terminal);
}

const WEIGHTS_ONLY = ['from', 'to', 'dtype'] as const;
const ONNX_ONLY = ['weights', 'layout', 'taps', 'preset', 'fold'] as const;

function refuseOptions(options: ConvertOptions, names: readonly (keyof ConvertOptions)[], why: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError('bad-option', `--${given} ${why}; leave it out.`);
}

function onnxWish({ model, weights, preset, layout, taps, fold, force }: ConvertOptions): OnnxWish {
  return {
    model,
    weights,
    preset,
    layout: oneOf(['nchw', 'nhwc'] as const, layout, '--layout') ?? 'nchw',
    taps: taps === undefined ? [] : taps.split(',').map((tap) => tap.trim()),
    fold: fold === true,
    force: force === true,
  };
}

const DIALECTS: readonly DialectName[] = ['torchvision', 'timm', 'keras'];

function oneOf<T extends string>(words: readonly T[], given: string | undefined, option: string): T | undefined {
  const word = words.find((candidate) => candidate === given);
  if (given === undefined || word !== undefined) return word;
  throw new UsageError('bad-option', `${option} is one of ${words.join(', ')}; got "${given}".`);
}

/** Names of tensors that are listed. */
const LISTED = 4;
/** Columns of the names before the facts. */
const LABEL = 9;

/** Prints facts, each with its name before it. */
const factsOn =
  ({ print, colors, width }: Terminal) =>
  (label: string, text: string): void => {
    wrapText(printable(text), Math.max(width - LABEL - 2, 20)).forEach((line, i) => {
      print(`  ${colors.dim((i === 0 ? label : '').padEnd(LABEL))}${line}`);
    });
  };

function printExport({ file, input, outputs, ...done }: OnnxExport, terminal: Terminal): void {
  const fact = factsOn(terminal);
  const port = ({ name, dims }: OnnxExport['input']): string => `${name}: ${dims.join(' x ')}`;
  terminal.print(terminal.colors.bold(printable(`${done.network} -> ${file}`)));
  fact('read', done.origin);
  const norms = done.folded ? 'BatchNorm folded' : 'every parameter under its name';
  fact('wrote', `ONNX, opset ${done.opset}, ${formatBytes(done.bytes)}, ${norms}`);
  fact('input', port(input));
  for (const [i, output] of outputs.entries()) fact(i === 0 ? 'output' : 'tap', port(output));
}

function printConversion({ from, to, network, ...done }: Conversion, terminal: Terminal): void {
  const { print, colors, width } = terminal;
  const fact = factsOn(terminal);
  const [main = ''] = [...to.files.keys()].slice(-1);
  const [source, target] = [printable(from.file), printable(main)];
  if (source.length + target.length + 4 <= width) print(colors.bold(`${source} -> ${target}`));
  else for (const line of [source, `-> ${target}`]) print(colors.bold(line));
  fact('read', sideText(from));
  if (network !== undefined) fact('network', `${network.spec}, ${network.found}`);
  const files = to.files.size === 1 ? '' : ` in ${to.files.size} files`;
  fact('wrote', `${sideText(to)}${files}`);
  const changes = [...done.recast].map(([change, count]) => `${formatInteger(count)} tensors from ${change}`);
  if (done.renamed > 0) changes.unshift(`${formatInteger(done.renamed)} tensors renamed`);
  fact('changed', changes.length === 0 ? 'nothing' : changes.join(', '));
  const { dropped } = done;
  const more = dropped.length > LISTED ? ` and ${dropped.length - LISTED} more` : '';
  fact('dropped', dropped.length === 0 ? 'nothing' : `${dropped.slice(0, LISTED).join(', ')}${more}`);
  if (done.architecture !== undefined) {
    fact(
      'loads',
      done.architecture ? 'by tf.loadLayersModel' : 'as weights only: tf.loadLayersModel needs an architecture',
    );
  }
  for (const note of done.notes) fact('note', note);
}

function sideText({ format, dialect, tensors, bytes }: Side): string {
  const names = dialect === undefined ? '' : `, names of ${dialect}`;
  return `${format}${names}, ${formatInteger(tensors)} tensors, ${formatBytes(bytes)}`;
}

function conversionToJson({ to, recast, network, ...rest }: Conversion): object {
  const { files, ...side } = to;
  return {
    ...rest,
    network: network ?? null,
    recast: Object.fromEntries(recast),
    to: { ...side, files: [...files].map(([file, bytes]) => ({ file, bytes })) },
  };
}
