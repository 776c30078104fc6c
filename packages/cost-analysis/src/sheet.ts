import type { Graph } from '@convzoo/layers';
import { type AnalyseOptions, analyse } from './analyse.js';
import { type EnergyEstimate, estimateFrom } from './energy.js';
import {
  type InferenceMemory,
  type InPlaceOp,
  inferenceMemory,
  type OptimiserName,
  type TrainingMemory,
  trainingMemory,
  withOptimiser,
} from './memory/index.js';
import { type ReceptiveField, receptiveFields } from './receptive-field.js';
import type { CostReport, CostRow } from './report.js';

export interface SheetOptions extends AnalyseOptions {
  /** Ops that may write over an input that nobody reads any more; none by default. */
  readonly inPlace?: readonly InPlaceOp[] | undefined;
}

/** A node with everything that is known of it. */
export interface SheetRow extends CostRow {
  /** What its output sees of the input; `null` where there is nothing to state. */
  readonly receptiveField: ReceptiveField | null;
  /** Bytes of activations in use while it runs, in the graph's own order; `null` for nodes that the output does not need. */
  readonly bytesInUse: number | null;
}

/** A report with memory, energy and receptive fields: everything that is counted about a network, as plain data. */
export interface CostSheet extends Omit<CostReport, 'rows'> {
  readonly rows: readonly SheetRow[];
  readonly memory: Omit<InferenceMemory, 'during'>;
  /** A training step with each optimiser, at the sheet's batch and type. */
  readonly training: Readonly<Record<OptimiserName, TrainingMemory>>;
  /** An estimate; `null` for types without published figures. */
  readonly energy: EnergyEstimate | null;
}

/**
 * Everything at once: {@link analyse}, {@link inferenceMemory}, {@link trainingMemory}, {@link estimateEnergy} and
 * {@link receptiveFields} with the same batch and type.
 *
 * @throws ConvzooError as `analyse`
 */
export function costSheet(graph: Graph, options: SheetOptions = {}): CostSheet {
  const counted = analyse(graph, options);
  const { rows, ...report } = counted;
  const { batch, dtype } = report;
  const { during, ...memory } = inferenceMemory(graph, options);
  // Energy is of what is computed, whatever a convention counts.
  const own = counted.convention === 'convzoo' ? counted : analyse(graph, { batch, dtype });
  const inUse = new Map(during.map(({ path, bytes }) => [path, bytes]));
  const fields = receptiveFields(graph);
  const sgd = trainingMemory(graph, { batch, dtype, optimiser: 'sgd' });
  return {
    ...report,
    rows: rows.map((row, id) => ({
      ...row,
      receptiveField: fields[id] ?? null,
      bytesInUse: inUse.get(row.path) ?? null,
    })),
    memory,
    training: { sgd, momentum: withOptimiser(sgd, 'momentum'), adam: withOptimiser(sgd, 'adam') },
    energy: dtype === 'float64' ? null : estimateFrom(graph, own, { batch, dtype }),
  };
}
