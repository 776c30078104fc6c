import { Builder, channelsOf, type Graph, type Value } from '@convzoo/layers';
import { classCount, type Dialect, inputShape, type NetworkOptions } from '../options.js';

/** Darknet's own: `leaky_activate` of src/activations.h. */
const SLOPE = 0.1;
/** timm leaves torch's default of LeakyReLU, whatever Darknet has, and its weights are trained with it. */
const TIMM_SLOPE = 0.01;

export interface Darknet53Options extends NetworkOptions {
  /** `timm` (default) has torch's slope of 0.01. There is none in torchvision or Keras. */
  readonly dialect?: Extract<Dialect, 'timm'> | undefined;
  /** Slope of the leaky ReLUs below zero; by default the dialect's. The paper's network has 0.1. */
  readonly slope?: number | undefined;
}

/** Blocks of the five stages (table 1 of the paper); their channels are 64 to 1024. */
const DEPTHS = [1, 2, 8, 8, 4] as const;

/**
 * Darknet-53 (Redmon & Farhadi, "YOLOv3", 2018, table 1; timm `models/cspnet.py`) at 256x256. Paths are timm's. Taps:
 * `stem`, `stages.0` .. `stages.4`, every block (`stages.0.blocks.0`), `global_pool`.
 */
export function darknet53(options: Darknet53Options = {}): Graph {
  const { slope = TIMM_SLOPE } = options;
  const nn = new Builder(options.name ?? 'darknet53');
  const image = nn.input(inputShape(options.input, 256));
  let x = nn.module('stem', () => unit(nn, image, 'conv1', { out: 32, kernel: 3, slope }));
  nn.scope('stages', () => {
    DEPTHS.forEach((depth, stage) => {
      const out = 64 << stage;
      x = nn.module(stage, () => {
        x = unit(nn, x, 'conv_down', { out, kernel: 3, stride: 2, slope });
        return nn.scope('blocks', () => {
          for (let i = 0; i < depth; i++) x = nn.module(i, () => block(nn, x, slope));
          return x;
        });
      });
    });
  });
  x = nn.tap('global_pool', nn.globalAvgPool(x, { name: 'global_pool' }));
  return nn.graph(nn.scope('head', () => nn.dense(x, { name: 'fc', units: classCount(options.classes, 1000) })));
}

interface UnitOptions {
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly slope: number;
}

/** Convolution, norm, leaky ReLU: timm's ConvNormAct, `NAME.conv` and `NAME.bn`. */
function unit(nn: Builder, x: Value, name: string, { slope, ...conv }: UnitOptions): Value {
  return nn.scope(name, () =>
    nn.leakyRelu(nn.batchNorm(nn.conv2d(x, { ...conv, name: 'conv' }), { name: 'bn' }), { slope }),
  );
}

/** Half the channels by a 1x1, all of them again by a 3x3; nothing follows the sum. */
function block(nn: Builder, x: Value, slope: number): Value {
  const channels = channelsOf(x.shape);
  const half = unit(nn, x, 'conv1', { out: channels / 2, kernel: 1, slope });
  return nn.add(unit(nn, half, 'conv2', { out: channels, kernel: 3, slope }), x);
}

/** A max pool of 2x2. */
const M = 'M';
/** Output channels of table 6 of the paper: in each group 3x3 and 1x1 convolutions take turns, a 3x3 first and last. */
const DARKNET19 = [
  [32],
  M,
  [64],
  M,
  [128, 64, 128],
  M,
  [256, 128, 256],
  M,
  [512, 256, 512, 256, 512],
  M,
  [1024, 512, 1024, 512, 1024],
] as const;

/**
 * Darknet-19 (Redmon & Farhadi, "YOLO9000", 2016, table 6; `cfg/darknet19.cfg`). Its classifier is a 1x1 convolution
 * whose maps are averaged, as in the paper. No framework names its layers, so units are counted through: `layers.0`,
 * with pools, as in the cfg file. Taps: every layer, `avgpool`.
 */
export function darknet19(options: NetworkOptions = {}): Graph {
  const nn = new Builder(options.name ?? 'darknet19');
  let x = nn.input(inputShape(options.input, 224));
  nn.scope('layers', () => {
    let index = 0;
    for (const group of DARKNET19) {
      if (group === M) {
        const name = String(index++);
        // Darknet pads right and bottom where an extent is odd, which is TensorFlow's `same`.
        x = nn.tap(name, nn.maxPool(x, { name, size: 2, padding: 'same' }));
        continue;
      }
      group.forEach((out, i) => {
        const name = String(index++);
        x = nn.tap(name, unit(nn, x, name, { out, kernel: i % 2 === 0 ? 3 : 1, slope: SLOPE }));
      });
    }
    x = nn.conv2d(x, { name: String(index), out: classCount(options.classes, 1000), kernel: 1, bias: true });
  });
  return nn.graph(nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' })));
}
