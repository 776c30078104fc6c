import type { Graph } from '@convzoo/layers';
import { type AnalyseOptions, analyse } from './analyse.js';
import { type EnergyEstimate, estimateEnergy } from './energy.js';
import {
  type InferenceMemory,
  type InPlaceOp,
  inferenceMemory,
  type OptimiserName,
  type TrainingMemory,
  trainingMemory,
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
  const { rows, ...report } = analyse(graph, options);
  const { batch, dtype } = report;
  const { during, ...memory } = inferenceMemory(graph, options);
  const inUse = new Map(during.map(({ path, bytes }) => [path, bytes]));
  const fields = receptiveFields(graph);
  const step = (optimiser: OptimiserName): TrainingMemory => trainingMemory(graph, { batch, dtype, optimiser });
  return {
    ...report,
    rows: rows.map((row, id) => ({
      ...row,
      receptiveField: fields[id] ?? null,
      bytesInUse: inUse.get(row.path) ?? null,
    })),
    memory,
    training: { sgd: step('sgd'), momentum: step('momentum'), adam: step('adam') },
    energy: dtype === 'float64' ? null : estimateEnergy(graph, { batch, dtype }),
  };
}
