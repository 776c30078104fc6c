import { type BatchNormOptions, Builder, type Graph, type PaddingLike, type Value } from '@convzoo/layers';
import { badOption, classCount, type Dialect, inputShape, type NetworkOptions } from '../options.js';
import { type BasicConvOptions, basicConv } from './basic-conv.js';
import { transformInput } from './transform-input.js';

export interface InceptionV3Options extends NetworkOptions {
  /**
   * `torchvision` (default) has dropout, `timm` is the same without; `keras` has norms without a scale, of momentum 0.01,
   * and leaves padding out of its average pools.
   */
  readonly dialect?: Dialect | undefined;
  /**
   * The auxiliary classifier (section 4), whose logits are the tap `AuxLogits`: for training, and to bind checkpoints
   * that hold it. There is none in Keras. Off by default.
   */
  readonly aux?: boolean | undefined;
  /** Dropout rate before the classifier; by default 0.5 in torchvision, none elsewhere. */
  readonly dropout?: number | undefined;
  /** Rescales the input from ImageNet's mean and deviation to -1..1, as torchvision does with its published weights. */
  readonly transformInput?: boolean | undefined;
}

interface Conventions {
  readonly norm: Omit<BatchNormOptions, 'name'>;
  readonly countIncludePad: boolean;
  readonly dropout: number;
}

const TORCH = { norm: { eps: 1e-3, momentum: 0.1 }, countIncludePad: true } as const;

const CONVENTIONS: Readonly<Record<Dialect, Conventions>> = {
  torchvision: { ...TORCH, dropout: 0.5 },
  timm: { ...TORCH, dropout: 0 },
  keras: { norm: { eps: 1e-3, momentum: 0.01, scale: false }, countIncludePad: false, dropout: 0 },
};

/**
 * Inception v3 (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015, table 1; torchvision
 * `models/inception.py`, Keras `applications/inception_v3.py`) for 299x299. Taps: the convolutions and pools of the stem,
 * every module (`Mixed_5b` .. `Mixed_7c`), `avgpool`, and with `aux` the logits `AuxLogits`.
 *
 * @throws ConvzooError `bad-option` for `aux` in Keras
 */
export function inceptionV3(options: InceptionV3Options = {}): Graph {
  const { dialect = 'torchvision', aux = false } = options;
  const { norm, countIncludePad, dropout } = CONVENTIONS[dialect];
  if (aux && dialect === 'keras') throw badOption('aux', aux, 'the Inception v3 of Keras has no auxiliary classifier');
  const classes = classCount(options.classes, 1000);
  const nn = new Builder(options.name ?? 'inception_v3');
  let x = nn.input(inputShape(options.input, 299));
  if (options.transformInput === true) x = transformInput(nn, x);
  const unit: Unit = (y, name, out, kernel, padding, stride = 1) =>
    basicConv(nn, y, name, sized(out, kernel, padding, stride), norm);
  const module = (name: string, build: (m: Module) => Value): void => {
    const input = x;
    x = nn.module(name, () => build({ nn, x: input, unit, countIncludePad }));
  };
  x = stem(nn, x, unit);
  module('Mixed_5b', moduleA(32));
  module('Mixed_5c', moduleA(64));
  module('Mixed_5d', moduleA(64));
  module('Mixed_6a', reduceB);
  module('Mixed_6b', moduleC(128));
  module('Mixed_6c', moduleC(160));
  module('Mixed_6d', moduleC(160));
  module('Mixed_6e', moduleC(192));
  if (aux) nn.module('AuxLogits', () => auxiliary(nn, x, unit, classes));
  module('Mixed_7a', reduceD);
  module('Mixed_7b', moduleE);
  module('Mixed_7c', moduleE);
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  const rate = options.dropout ?? dropout;
  if (rate > 0) x = nn.dropout(x, { rate });
  return nn.graph(nn.dense(x, { name: 'fc', units: classes }));
}

type Kernel = number | readonly [height: number, width: number];

/** A convolution with norm and ReLU. By default it keeps the extents. */
type Unit = (x: Value, name: string, out: number, kernel: Kernel, padding?: PaddingLike, stride?: number) => Value;

const sized = (out: number, kernel: Kernel, padding: PaddingLike | undefined, stride: number): BasicConvOptions => ({
  out,
  kernel,
  stride,
  ...(padding !== undefined && { padding }),
});

interface Module {
  readonly nn: Builder;
  readonly x: Value;
  readonly unit: Unit;
  readonly countIncludePad: boolean;
}

/** 299x299x3 to 35x35x192. */
function stem(nn: Builder, x: Value, unit: Unit): Value {
  const conv = (name: string, out: number, kernel: number, padding: PaddingLike, stride?: number): void => {
    x = nn.tap(name, unit(x, name, out, kernel, padding, stride));
  };
  const pool = (name: string): void => {
    x = nn.tap(name, nn.maxPool(x, { name, size: 3, stride: 2 }));
  };
  conv('Conv2d_1a_3x3', 32, 3, 'valid', 2);
  conv('Conv2d_2a_3x3', 32, 3, 'valid');
  conv('Conv2d_2b_3x3', 64, 3, 1);
  pool('maxpool1');
  conv('Conv2d_3b_1x1', 80, 1, 'valid');
  conv('Conv2d_4a_3x3', 192, 3, 'valid');
  pool('maxpool2');
  return x;
}

const pooledBranch = ({ nn, x, unit, countIncludePad }: Module, out: number): Value =>
  unit(nn.avgPool(x, { size: 3, stride: 1, padding: 1, countIncludePad }), 'branch_pool', out, 1);

/** Figure 5: the 5x5 became two 3x3. */
const moduleA =
  (pooled: number) =>
  (m: Module): Value => {
    const { nn, x, unit } = m;
    const one = unit(x, 'branch1x1', 64, 1);
    const five = unit(unit(x, 'branch5x5_1', 48, 1), 'branch5x5_2', 64, 5);
    const narrow = unit(x, 'branch3x3dbl_1', 64, 1);
    const double = unit(unit(narrow, 'branch3x3dbl_2', 96, 3), 'branch3x3dbl_3', 96, 3);
    return nn.concat([one, five, double, pooledBranch(m, pooled)]);
  };

/** Figure 10: 35x35 to 17x17. */
function reduceB({ nn, x, unit }: Module): Value {
  const three = unit(x, 'branch3x3', 384, 3, 'valid', 2);
  const wide = unit(unit(x, 'branch3x3dbl_1', 64, 1), 'branch3x3dbl_2', 96, 3);
  const double = unit(wide, 'branch3x3dbl_3', 96, 3, 'valid', 2);
  return nn.concat([three, double, nn.maxPool(x, { name: 'branch_pool', size: 3, stride: 2 })]);
}

/** Figure 6: 7x7 as 1x7 and 7x1. */
const moduleC =
  (width: number) =>
  (m: Module): Value => {
    const { nn, x, unit } = m;
    const one = unit(x, 'branch1x1', 192, 1);
    const row = unit(unit(x, 'branch7x7_1', width, 1), 'branch7x7_2', width, [1, 7]);
    const seven = unit(row, 'branch7x7_3', 192, [7, 1]);
    let double = unit(x, 'branch7x7dbl_1', width, 1);
    double = unit(double, 'branch7x7dbl_2', width, [7, 1]);
    double = unit(double, 'branch7x7dbl_3', width, [1, 7]);
    double = unit(double, 'branch7x7dbl_4', width, [7, 1]);
    double = unit(double, 'branch7x7dbl_5', 192, [1, 7]);
    return nn.concat([one, seven, double, pooledBranch(m, 192)]);
  };

/** 17x17 to 8x8. */
function reduceD({ nn, x, unit }: Module): Value {
  const three = unit(unit(x, 'branch3x3_1', 192, 1), 'branch3x3_2', 320, 3, 'valid', 2);
  let seven = unit(x, 'branch7x7x3_1', 192, 1);
  seven = unit(seven, 'branch7x7x3_2', 192, [1, 7]);
  seven = unit(seven, 'branch7x7x3_3', 192, [7, 1]);
  seven = unit(seven, 'branch7x7x3_4', 192, 3, 'valid', 2);
  return nn.concat([three, seven, nn.maxPool(x, { name: 'branch_pool', size: 3, stride: 2 })]);
}

/** Figure 7: 3x3 as 1x3 beside 3x1. */
function moduleE(m: Module): Value {
  const { nn, x, unit } = m;
  const split = (y: Value, name: string, prefix: string): Value =>
    nn.concat([unit(y, `${prefix}a`, 384, [1, 3]), unit(y, `${prefix}b`, 384, [3, 1])], { name });
  const one = unit(x, 'branch1x1', 320, 1);
  const three = split(unit(x, 'branch3x3_1', 384, 1), 'branch3x3', 'branch3x3_2');
  const narrow = unit(unit(x, 'branch3x3dbl_1', 448, 1), 'branch3x3dbl_2', 384, 3);
  return nn.concat([one, three, split(narrow, 'branch3x3dbl', 'branch3x3dbl_3'), pooledBranch(m, 192)]);
}

function auxiliary(nn: Builder, x: Value, unit: Unit, classes: number): Value {
  const pooled = nn.avgPool(x, { size: 5, stride: 3 });
  const map = unit(unit(pooled, 'conv0', 128, 1), 'conv1', 768, 5, 'valid');
  return nn.dense(nn.globalAvgPool(map), { name: 'fc', units: classes });
}
