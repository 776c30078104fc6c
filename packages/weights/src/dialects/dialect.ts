import type { Framework, ParamPlace } from '../layout/index.js';
import type { NamePair } from './pattern.js';

export type DialectName = 'torchvision' | 'timm' | 'keras';

/** What a family's layers are called in a dialect. Layers that no pair covers keep their own path. */
export interface FamilyNames {
  /** For reports, e.g. `ResNet v1`. */
  readonly family: string;
  /** Paths of nodes, as two-way pairs. */
  readonly modules: readonly NamePair[];
  /** Whole names of parameters, for what is one layer there and two here; they go before `modules`. */
  readonly params?: readonly NamePair[];
  /** Paths of this project's dense nodes that are convolutions there. */
  readonly convolutions?: readonly string[];
  /** Depthwise convolutions are grouped ones there, with the kernel and the name of any convolution (Keras's ConvNeXt). */
  readonly groupedDepthwise?: boolean;
  /** Layer scales are `[channels]` there, as timm has them, where torchvision has `[channels, 1, 1]`. */
  readonly flatLayerScale?: boolean;
}

/** Names of a file in a dialect's own spelling, one for one. */
export interface CanonicalNames {
  readonly names: readonly string[];
  /** What was done to them, for the report, e.g. that a prefix was taken off. */
  readonly note?: string;
}

/** How a framework's users spell parameters. Data, apart from the few rules of spelling. */
export interface Dialect {
  readonly name: DialectName;
  readonly framework: Framework;
  /** Between a layer's name and its parameter's: `.` or `/`. */
  readonly separator: '.' | '/';
  readonly families: readonly FamilyNames[];
  /**
   * The last part of a parameter's name, e.g. `weight` or `moving_mean`, and after it what else files have there. What the
   * family says of its layers may decide.
   */
  leaves(place: ParamPlace, family?: FamilyNames): readonly [string, ...string[]];
  /** Names as files spell them to names as this dialect does. It takes all names of a file, since prefixes are shared. */
  canonical(names: readonly string[]): CanonicalNames;
  /** Entries of a file that hold no parameter, e.g. torch's `num_batches_tracked`. */
  ignores(name: string): boolean;
}
