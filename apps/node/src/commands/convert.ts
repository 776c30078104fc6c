import { formatBytes, formatInteger } from '@convzoo/cost-analysis/format';
import type { DialectName } from '@convzoo/weights';
import { type Conversion, convertFile, type Side } from '../conversion/convert.js';
import { exportOnnx, type OnnxExport, type OnnxWish } from '../conversion/onnx.js';
import { isWeights, outputOf, refuseToOverwrite } from '../conversion/output.js';
import { UsageError } from '../errors.js';
import { printable } from '../output/printable.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { resolveWeights } from '../weights/resolve.js';
import { command } from './options.js';

export function convertCommand() {
  return command('convert')
    .description('Write weights in another format or in the names of another framework, or a network as ONNX')
    .argument(
      '<in>',
      'safetensors, PyTorch .pt, Keras .h5 or .keras, TensorFlow.js model.json, ONNX, npz; or as classify --weights takes it; for ONNX also a network as --model takes it',
    )
    .argument('<out>', 'file to write: .safetensors, .npz, .json for TensorFlow.js, or .onnx')
    .option('-m, --model <name>', 'network of the file; found by its names and shapes if not given')
    .option('--from <dialect>', 'whose names the file has: torchvision, timm or keras; found out if not given')
    .option('--to <dialect>', 'whose names and layouts to write: torchvision, timm or keras')
    .option('--format <name>', "safetensors, npz, tfjs or onnx; by the output's name if not given")
    .option('--dtype <type>', 'write floats as float32 or float16')
    .option('--weights <file>', 'for ONNX: weights of the network, as classify takes them')
    .option('--layout <name>', 'for ONNX: nchw, as others have it (default), or nhwc, how pictures go in')
    .option('--taps <names>', 'for ONNX: more outputs, taps or layers with commas')
    .option('--fold', 'for ONNX: fold BatchNorm into convolutions')
    .option('--preset <name>', "for ONNX: preprocessing to note in the file, where it is not the network's own")
    .option('-f, --force', 'write over files that are there')
    .addHelpText(
      'after',
      `
Without --to names stay as they are, and the network need not be known. A model
for TensorFlow.js gets Keras's names and an architecture where the network is
known, so that tf.loadLayersModel loads it.
ONNX holds a whole network; its weights keep torch's names and layouts, so that
it can be read as weights again.

Examples:
  $ convzoo convert resnet18-f37072fd.pth resnet18.safetensors
  $ convzoo convert mobilenet.h5 mobilenet.npz --to torchvision
  $ convzoo convert resnet18.safetensors web/model.json --dtype float16
  $ convzoo convert resnet20_cifar10 resnet20.onnx --taps layer1,layer2
  $ convzoo convert mobilenet_v2 net.onnx --layout nhwc \\
      --weights mobilenet_v2.h5`,
    )
    .action(async (file, out, options) => {
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
    });
}

interface Options {
  readonly model?: string;
  readonly from?: string;
  readonly to?: string;
  readonly dtype?: string;
  readonly weights?: string;
  readonly layout?: string;
  readonly taps?: string;
  readonly preset?: string;
  readonly fold?: true;
  readonly force?: true;
}

const WEIGHTS_ONLY = ['from', 'to', 'dtype'] as const;
const ONNX_ONLY = ['weights', 'layout', 'taps', 'preset', 'fold'] as const;

function refuseOptions(options: Options, names: readonly (keyof Options)[], why: string): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError('bad-option', `--${given} ${why}; leave it out.`);
}

function onnxWish({ model, weights, preset, layout, taps, fold, force }: Options): OnnxWish {
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
