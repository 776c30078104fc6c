import type { FaultKind } from './composition/fault-kind.js';
import type { TextProblem } from './text/read-graph-text.js';

/** What the page shows of a network: plain data. */
export interface BuildReport {
  readonly name: string;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly nodes: number;
  readonly cost: BuildCost;
  /** Of the last map, in pixels of the input; undefined where there is none to state. */
  readonly field: readonly [height: number, width: number] | undefined;
  /** Parts of the network: blocks of a composition, modules of another. */
  readonly parts: readonly ReportPart[];
  /** Ops whose work nobody knows, and which are in no sum. */
  readonly uncounted: readonly string[];
  /** The picture, as SVG without styles. */
  readonly svg: string;
  /** Whether more was asked of the picture than is drawn of so large a network. */
  readonly simplified: boolean;
  /** The graph as JSON; undefined where it has ops from outside, which no JSON can hold. */
  readonly json: string | undefined;
}

/** For one picture, in float32. */
export interface BuildCost {
  readonly params: number;
  readonly macs: number;
  readonly activations: number;
  readonly weightBytes: number;
  /** The least memory for weights and activations at inference. */
  readonly peakBytes: number;
  /** Of a training step with one picture, SGD with momentum. */
  readonly trainingBytes: number;
}

export interface ReportPart {
  readonly name: string;
  readonly shape: readonly number[];
  readonly params: number;
  readonly macs: number;
  /** Activations in use at the worst moment of the part. */
  readonly memoryBytes: number;
  /** Side of the receptive field of its result, the larger one; undefined where there is none to state. */
  readonly field: number | undefined;
}

/** A block that could not be built. */
export interface BlockFault {
  readonly at: number;
  readonly input: readonly number[];
  readonly reason: FaultKind;
  /** What the builder said, in English. */
  readonly message: string;
}

export interface ComposedReport {
  /** The network up to the fault, if there is one. */
  readonly report: BuildReport;
  readonly fault: BlockFault | undefined;
}

export type BlocksReport = ComposedReport | { readonly problem: TextProblem };

export type TextReport = { readonly report: BuildReport } | { readonly problem: TextProblem };
