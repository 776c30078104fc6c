import { ConvzooError, type Graph } from '@convzoo/layers';
import { analyse } from './analyse.js';
import { checkBatch } from './batch.js';
import { isViewAtInference, storedValues } from './memory/values.js';
import { bytesOf, type CostReport, type Uncounted, type WeightType } from './report.js';

/** Joules in a picojoule. */
const PICO = 1e-12;

/** Bytes that one access moves in the figures for memories: 64 bits. */
const ACCESS = 8;

/**
 * Energy of single operations and accesses, in picojoules, at 45 nm and 0.9 V: Horowitz, "Computing's energy problem (and
 * what we can do about it)", ISSCC 2014, figure 1.1.9. bfloat16 is taken for 16-bit floating point; products of 8 bits are
 * summed in 32. For 64-bit arithmetic the figure has nothing.
 */
export const energyFigures = {
  source: "Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014, figure 1.1.9 (45 nm, 0.9 V)",
  multiply: { float32: 3.7, float16: 1.1, bfloat16: 1.1, int8: 0.2 },
  add: { float32: 0.9, float16: 0.4, bfloat16: 0.4, int8: 0.1 },
  /** One access of 64 bits to an on-chip memory of 1 MB. */
  onChipAccess: 100,
  /** One access of 64 bits to DRAM, from the least to the most. */
  dramAccess: { low: 1300, high: 2600 },
} as const;

export interface EnergyOptions {
  /** Examples at once, 1 by default: weights are read from DRAM once for all of them. */
  readonly batch?: number | undefined;
  /** Type of weights and activations, float32 by default. */
  readonly dtype?: Exclude<WeightType, 'float64'> | undefined;
  /** Bytes of on-chip memory, 1 MiB by default: a result that does not fit goes through DRAM. */
  readonly onChipBytes?: number | undefined;
}

/** An estimate, never a measurement. Joules for one example. */
export interface EnergyEstimate {
  readonly isEstimate: true;
  readonly batch: number;
  readonly dtype: WeightType;
  readonly onChipBytes: number;
  /** Multiply-accumulates. */
  readonly macs: number;
  /** Elementwise work, each taken for an addition. */
  readonly elementwise: number;
  /** Results that fit on the chip, written once and read by every reader. */
  readonly onChip: number;
  /** Weights, the input, and results that do not fit. */
  readonly dram: { readonly low: number; readonly high: number };
  readonly total: { readonly low: number; readonly high: number };
  /** What was assumed, in sentences. */
  readonly assumptions: readonly string[];
  /** Nodes whose arithmetic is not in it. */
  readonly uncounted: readonly Uncounted[];
}

/**
 * An estimate of the energy of an inference on hardware that is made for it, from counts and published energies of single
 * operations. Real machines spend more: fetching and decoding an instruction alone is about 70 pJ there.
 *
 * @throws ConvzooError `no-energy-figure` for float64, `bad-batch`
 */
export function estimateEnergy(graph: Graph, options: EnergyOptions = {}): EnergyEstimate {
  const { dtype = 'float32' } = options;
  const batch = checkBatch(options.batch ?? 1);
  if (!Object.hasOwn(energyFigures.add, dtype)) {
    const message = `There is no published energy for ${dtype}; there is for float32, float16, bfloat16 and int8.`;
    throw new ConvzooError('no-energy-figure', message);
  }
  return estimateFrom(graph, analyse(graph, { dtype, batch }), { ...options, dtype, batch });
}

/** From counts that are there already: of the same graph, under our own convention. */
export function estimateFrom(
  graph: Graph,
  { total, uncounted }: CostReport,
  options: EnergyOptions & Required<Pick<EnergyOptions, 'batch' | 'dtype'>>,
): EnergyEstimate {
  const { dtype = 'float32', batch = 1, onChipBytes = 2 ** 20 } = options;
  const bytes = bytesOf[dtype];
  const moved = movedBytes(graph, batch * bytes, onChipBytes);
  const dramBytes = moved.dram / batch + total.weightBytes / batch;
  const macs = PICO * total.macs * (energyFigures.multiply[dtype] + energyFigures.add[dtype]);
  const elementwise = PICO * total.elementwise * energyFigures.add[dtype];
  const onChip = (PICO * energyFigures.onChipAccess * moved.onChip) / batch / ACCESS;
  const dram = (access: number): number => (PICO * access * dramBytes) / ACCESS;
  const [low, high] = [dram(energyFigures.dramAccess.low), dram(energyFigures.dramAccess.high)];
  const rest = macs + elementwise + onChip;
  return {
    isEstimate: true,
    batch,
    dtype,
    onChipBytes,
    macs,
    elementwise,
    onChip,
    dram: { low, high },
    total: { low: rest + low, high: rest + high },
    assumptions: [
      `Energies of single operations: ${energyFigures.source}.`,
      'Weights come from DRAM once a batch, the input once; a result is written once and read once by each reader.',
      `A result of at most ${onChipBytes} bytes stays on the chip, in a memory of 1 MB (100 pJ for 64 bits).`,
      'Registers, instructions, scratch memory, leakage and the rest of the machine cost nothing: hardware made for it.',
    ],
    uncounted,
  };
}

/** Bytes that results and the input move in each memory, for a whole batch. */
function movedBytes(
  graph: Graph,
  bytes: number,
  onChipBytes: number,
): { readonly onChip: number; readonly dram: number } {
  const moved = { onChip: 0, dram: 0 };
  for (const value of storedValues(graph, isViewAtInference).byNode) {
    if (value === undefined) continue;
    const size = bytes * value.elements;
    const isInput = graph.nodes[value.id]?.op === 'input';
    const reads = new Set(value.readers.filter((id) => !isShown(graph, id))).size;
    const accesses = reads + (isInput ? 0 : 1);
    moved[isInput || size > onChipBytes ? 'dram' : 'onChip'] += accesses * size;
  }
  return moved;
}

/** A view reads nothing itself; its readers do. */
function isShown(graph: Graph, id: number): boolean {
  const node = graph.nodes[id];
  return node !== undefined && isViewAtInference(node);
}
