import { stat } from 'node:fs/promises';
import type { DType, Shape } from '@convzoo/layers';
import {
  type DialectName,
  describeWeights,
  type Fit,
  fitVariants,
  type TensorStatistics,
  tensorStatistics,
  type WeightFormat,
} from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { type ZooVariant, zooVariants } from '@convzoo/zoo';

/**
 * Bytes of tensors up to which statistics are made unasked: some two seconds of reading. Of larger files only the header
 * is read.
 */
const STATISTICS_BYTES = 256_000_000;

/** What `weights inspect` finds out. */
export interface Inspection {
  readonly file: string;
  /** Of the file itself; TensorFlow.js keeps the numbers in others. */
  readonly fileBytes: number;
  readonly format: WeightFormat;
  readonly dialect: DialectName | undefined;
  readonly tensors: readonly InspectedTensor[];
  readonly values: number;
  readonly bytes: number;
  readonly dtypes: ReadonlyMap<DType, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Networks of the zoo, best first; see `networksFor`. */
  readonly fits: readonly Fit<ZooVariant>[];
  readonly hasStatistics: boolean;
}

export interface InspectedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Undefined where only the header was read. */
  readonly statistics: TensorStatistics | undefined;
}

/** Opens a weight file and describes it. `statistics` undefined: if the file is not too large to be read unasked. */
export async function inspectFile(path: string, statistics: boolean | undefined): Promise<Inspection> {
  const file = await openWeightsFile(path);
  try {
    const description = describeWeights(file);
    const hasStatistics = statistics ?? description.bytes <= STATISTICS_BYTES;
    const tensors: InspectedTensor[] = [];
    // One after the other, in the order of the file: no more than one tensor is held.
    for (const info of file.tensors) {
      tensors.push({ ...info, statistics: hasStatistics ? await tensorStatistics(file, info.name) : undefined });
    }
    const { size } = await stat(path);
    return {
      ...description,
      file: path,
      fileBytes: size,
      tensors,
      fits: fitVariants(file, zooVariants),
      hasStatistics,
    };
  } finally {
    await file.close();
  }
}
