import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { samplePictures } from '../src/pictures/samples.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [picture = ''] = samplePictures();
const weights = readFileSync(
  fileURLToPath(import.meta.resolve('@convzoo/pretrained-resnet20-cifar10/weights.safetensors')),
);
const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** The header of a safetensors file with one tensor's range changed to lie beyond the end. */
function lying(): Uint8Array {
  const length = Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.subarray(8, 8 + length).toString());
  header['linear.bias'].data_offsets = [0, 4e9];
  const text = Buffer.from(JSON.stringify(header).padEnd(length));
  return Buffer.concat([weights.subarray(0, 8), text.subarray(0, length), weights.subarray(8 + length)]);
}

const good = write('good.safetensors', weights);
const truncated = write('truncated.safetensors', weights.subarray(0, 100_000));
const lies = write('lying.safetensors', lying());
const text = write('text.safetensors', 'these are no weights');

const USAGE = 2;
const FAILURE = 1;

describe('wrong use ends with one message and exit code 2, failure with 1', () => {
  it.each<[string, readonly string[], number, RegExp]>([
    [
      'an unknown model',
      ['classify', picture, '--model', 'mobilnet_v2'],
      USAGE,
      /no network called "mobilnet_v2"\. Did you mean mobilenet_v2/,
    ],
    [
      'a model without weights',
      ['classify', picture, '--model', 'resnet50'],
      USAGE,
      /no weights for resnet50 .*--weights FILE/,
    ],
    [
      'a backend that is none',
      ['classify', picture, '--backend', 'cuda'],
      USAGE,
      /no backend "cuda"\. Known here: engine, ort, wasm, tensorflow, cpu/,
    ],
    [
      'a mistyped command',
      ['clasify', picture],
      USAGE,
      /no command and no picture called "clasify"\. Did you mean classify\?/,
    ],
    ['an unknown option', ['classify', '--tpo', '5'], USAGE, /unknown option '--tpo'/],
    ['a bad number', ['classify', '--top', 'many'], USAGE, /whole number of at least 1/],
    ['an empty pattern', ['classify', `${folder}/*.jpg`], USAGE, /No picture was found/],
    ['a bad size', ['cost', 'resnet18', '--input', '10x'], USAGE, /--input is a number such as 224/],
    ['a bad convention', ['cost', 'resnet18', '--convention', 'mine'], USAGE, /--convention is one of/],
    [
      'an input that vanishes',
      ['cost', 'vgg16', '--input', '16'],
      FAILURE,
      /features\.30: .*give the network a larger input/,
    ],
    ['a data set without test pictures', ['train', '--data', 'x.bin'], USAGE, /no test split.*--test-data/],
    [
      'an unknown data set',
      ['train', '--data', text, '--test-data', text, '--out', folder],
      USAGE,
      /no data set that is known here/,
    ],
    [
      'a data set that is missing',
      ['train', '--data', 'gone.tar.gz', '--out', folder],
      FAILURE,
      /gone\.tar\.gz cannot be read/,
    ],
    [
      'an unwritable folder',
      ['train', '--data', 'x.tar.gz', '--out', '/proc/convzoo'],
      FAILURE,
      /\/proc\/convzoo cannot be written to/,
    ],
    [
      'a network that is not for CIFAR',
      ['train', 'resnet18', '--data', 'x.tar.gz'],
      USAGE,
      /this command trains the CIFAR networks/,
    ],
    [
      'weights that are missing',
      ['classify', picture, '--weights', 'gone.safetensors'],
      USAGE,
      /"gone\.safetensors" is no file here and no weights of the catalogue\. Give a file/,
    ],
    ['weights that are text', ['classify', picture, '--weights', text], FAILURE, /no weight file/],
    [
      'weights cut short',
      ['classify', picture, '--weights', truncated],
      FAILURE,
      /truncated\.safetensors: .*fetch it again/,
    ],
    ['weights that lie', ['classify', picture, '--weights', lies], FAILURE, /lying\.safetensors: .*data_offsets/],
    [
      'weights of another network',
      ['classify', picture, '--model', 'resnet32-cifar10', '--weights', good],
      FAILURE,
      /does not fit resnet32-cifar10/,
    ],
    ['labelled pictures that are missing', ['evaluate', 'gone'], FAILURE, /gone: there is no such file or folder/],
    ['a folder without labels', ['evaluate', folder], USAGE, /neither a labels\.json nor a folder/],
  ])('%s', async (_, args, code, message) => {
    const result = await run(args);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('shows the stack with --debug', async () => {
    const { stderr, code } = await run(['classify', picture, '--model', 'nothing', '--debug']);
    expect(code).toBe(USAGE);
    expect(stderr).toMatch(/\[unknown-model\]/);
    expect(stderr).toMatch(/^\s+at /m);
  });
});
