import { tilesOf, winogradFormOf } from './multiplications.js';
import type { LayerTime, Peaks } from './protocol.js';

/** Layers below this share of the peak are named. */
export const LOW = 0.4;

/** A layer beside what this machine could do at most. */
export interface Efficiency {
  readonly layer: LayerTime;
  /** Multiplications of its method over those that vectors in registers would do in its time. */
  readonly share: number;
  /** Why it is low, by its figures; nothing where it is not. */
  readonly cause?: Cause | undefined;
}

export interface Cause {
  readonly reason: Reason;
  /** Part of the layer's time that it takes by itself, where that can be told. */
  readonly part?: number | undefined;
}

export type Reason = keyof typeof REASONS;

/** Why a layer cannot keep the multipliers busy; decided by figures. */
export const REASONS = {
  depthwise: 'depthwise: a value that is loaded is multiplied k * k times, not k * k * channels times',
  weights: 'its weights are read once from memory',
  maps: 'its maps are read and written from memory',
  transforms: "Winograd's transforms and the planes between them and the products",
  shallow: 'short sums: fewer than 64 products a result, so starting sums and storing results weighs',
  few: 'a tiny map: fewer than 64 results share each weight that is loaded',
  unexplained: 'none of the figures tells',
} as const;

const FEW_RESULTS = 64;
const SHORT_SUM = 64;
/** What takes less of a layer's time is not named as the cause. */
const LEAST_PART = 0.25;

/** Layers that multiply, beside the peak. */
export function efficiencies(layers: readonly LayerTime[], peaks: Peaks): readonly Efficiency[] {
  return layers
    .filter(({ macs }) => macs > 0)
    .map((layer) => {
      const share = layer.multiplications / (layer.milliseconds / 1000) / peaks.multiplicationsPerSecond;
      return share < LOW ? { layer, share, cause: causeOf(layer, peaks) } : { layer, share };
    });
}

function causeOf(layer: LayerTime, peaks: Peaks): Cause {
  const seconds = layer.milliseconds / 1000;
  const results = layer.shape.reduce((product, extent) => product * extent, 1);
  const parts: readonly Required<Cause>[] = [
    { reason: 'weights', part: layer.weightBytes / peaks.weightBytesPerSecond / seconds },
    { reason: 'maps', part: layer.activationBytes / peaks.activationBytesPerSecond / seconds },
    { reason: 'transforms', part: transformSeconds(layer, peaks) / seconds },
  ];
  const largest = parts.reduce((most, each) => ((each.part ?? 0) > (most.part ?? 0) ? each : most));
  if (layer.kernel.startsWith('depthwise')) return { reason: 'depthwise' };
  if ((largest.part ?? 0) >= LEAST_PART) return largest;
  if (layer.macs / results < SHORT_SUM) return { reason: 'shallow' };
  if (results / (layer.shape.at(-1) ?? 1) < FEW_RESULTS) return { reason: 'few' };
  return { reason: 'unexplained' };
}

/** Seconds of Winograd's transforms: their operations, and the planes that they write and the products read, and back. */
function transformSeconds({ kernel, macs, shape }: LayerTime, peaks: Peaks): number {
  const form = winogradFormOf(kernel);
  if (form === undefined) return 0;
  const [height = 1, width = 1, outputs = 1] = shape;
  const tiles = tilesOf(shape, form);
  const inputs = macs / (9 * height * width * outputs);
  const operations = tiles * (inputs * form.input + outputs * form.output);
  const bytes = 2 * 4 * tiles * form.values ** 2 * (inputs + outputs);
  return operations / (2 * peaks.multiplicationsPerSecond) + bytes / peaks.activationBytesPerSecond;
}
