import { Builder, type Graph, type Value } from '@convzoo/layers';
import { imageNetDefaults, type NetworkOptions } from '../options.js';
import { basicConv } from './basic-conv.js';
import { transformInput } from './transform-input.js';

/** Channels of a module (table 1): 1x1, 3x3 reduce and 3x3, "5x5" reduce and "5x5", projection after the pool. */
type Widths = readonly [number, number, number, number, number, number];

const MODULES = {
  inception3a: [64, 96, 128, 16, 32, 32],
  inception3b: [128, 128, 192, 32, 96, 64],
  inception4a: [192, 96, 208, 16, 48, 64],
  inception4b: [160, 112, 224, 24, 64, 64],
  inception4c: [128, 128, 256, 24, 64, 64],
  inception4d: [112, 144, 288, 32, 64, 64],
  inception4e: [256, 160, 320, 32, 128, 128],
  inception5a: [256, 160, 320, 32, 128, 128],
  inception5b: [384, 192, 384, 48, 128, 128],
} as const satisfies Record<string, Widths>;

export interface GoogLeNetOptions extends NetworkOptions {
  /**
   * The two auxiliary classifiers of section 5, whose logits are the taps `aux1` and `aux2`: for training, and to bind
   * checkpoints that hold them. Off by default, as in the published count of 6,624,904 parameters.
   */
  readonly aux?: boolean | undefined;
  /** Dropout rate before the classifier; 0.2 by default. */
  readonly dropout?: number | undefined;
  /** Rescales the input from ImageNet's mean and deviation to -1..1, as torchvision does with its published weights. */
  readonly transformInput?: boolean | undefined;
}

const NORM = { eps: 1e-3, momentum: 0.1 } as const;

/**
 * GoogLeNet (Szegedy et al., "Going Deeper with Convolutions", 2014, table 1) as torchvision has it (`models/googlenet.py`):
 * BatchNorm in place of local response normalisation, 3x3 convolutions where the paper has 5x5 (a mistake of the first
 * port, which the published weights keep), pools that round up. Taps: `conv1` .. `conv3`, the pools, every module
 * (`inception3a`), `avgpool`, and with `aux` the logits `aux1` and `aux2`.
 */
export function googlenet(options: GoogLeNetOptions = {}): Graph {
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? 'googlenet');
  let x = nn.input(input);
  if (options.transformInput === true) x = transformInput(nn, x);
  const conv = (name: string, out: number, kernel: number, stride = 1): void => {
    x = nn.tap(name, basicConv(nn, x, name, { out, kernel, stride }, NORM));
  };
  const pool = (name: string, size: number): void => {
    x = nn.tap(name, nn.maxPool(x, { name, size, stride: 2, ceilMode: true }));
  };
  const modules = (...names: readonly (keyof typeof MODULES)[]): void => {
    for (const name of names) x = nn.module(name, () => inception(nn, x, MODULES[name]));
  };
  conv('conv1', 64, 7, 2);
  pool('maxpool1', 3);
  conv('conv2', 64, 1);
  conv('conv3', 192, 3);
  pool('maxpool2', 3);
  modules('inception3a', 'inception3b');
  pool('maxpool3', 3);
  modules('inception4a');
  const first = x;
  modules('inception4b', 'inception4c', 'inception4d');
  const second = x;
  modules('inception4e');
  pool('maxpool4', 2);
  modules('inception5a', 'inception5b');
  // Built after the trunk, where torchvision's state dict has them.
  if (options.aux === true) {
    nn.module('aux1', () => auxiliary(nn, first, classes));
    nn.module('aux2', () => auxiliary(nn, second, classes));
  }
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  const rate = options.dropout ?? 0.2;
  if (rate > 0) x = nn.dropout(x, { rate });
  return nn.graph(nn.dense(x, { name: 'fc', units: classes }));
}

/** Figure 2(b): four branches, their channels one after the other. */
function inception(nn: Builder, x: Value, [one, reduce3, three, reduce5, five, project]: Widths): Value {
  const unit = (input: Value, name: string, out: number, kernel: number): Value =>
    basicConv(nn, input, name, { out, kernel }, NORM);
  const pooled = (): Value => nn.maxPool(x, { name: 'branch4.0', size: 3, stride: 1, padding: 1, ceilMode: true });
  return nn.concat([
    unit(x, 'branch1', one, 1),
    unit(unit(x, 'branch2.0', reduce3, 1), 'branch2.1', three, 3),
    unit(unit(x, 'branch3.0', reduce5, 1), 'branch3.1', five, 3),
    unit(pooled(), 'branch4.1', project, 1),
  ]);
}

function auxiliary(nn: Builder, x: Value, classes: number): Value {
  const pooled = nn.adaptiveAvgPool(x, { name: 'avgpool', size: 4 });
  const reduced = basicConv(nn, pooled, 'conv', { out: 128, kernel: 1 }, NORM);
  const hidden = nn.activation(nn.dense(nn.flatten(reduced), { name: 'fc1', units: 1024 }), 'relu');
  return nn.dense(nn.dropout(hidden, { rate: 0.7 }), { name: 'fc2', units: classes });
}
