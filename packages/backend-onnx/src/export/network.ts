import { type Graph, inputOf, type Node, type NodeId, type OpName, type Parameters } from '@convzoo/layers';
import { type PrepareOptions, prepareNetwork } from '@convzoo/runtime';
import type { OnnxModel, ValueInfo } from '../proto/model.js';
import { Emitter } from './emitter.js';
import type { ExportRule } from './rule.js';
import { exportRules } from './rules.js';
import { dimsOf, type Value } from './value.js';

/** Operators of this version: the first with Gelu is 20; every onnxruntime since 1.18 runs it. */
export const OPSET = 21;

/** The file format that came with it. */
const IR_VERSION = 10;

/** Name of the batch axis, whose extent is the caller's. */
export const BATCH_AXIS = 'batch';

export interface OnnxOptions extends PrepareOptions {
  /**
   * How maps go in and come out: `channels-first` (NCHW), as ONNX models do, by default, or `channels-last` (NHWC), as
   * everywhere else in this project. Inside they have channels first.
   */
  readonly layout?: 'channels-first' | 'channels-last';
  /** Version of the program that writes, for the field that says so. */
  readonly producerVersion?: string;
  /** Further facts for whoever opens the file, e.g. `preprocessing`: each a string. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** What goes into a network in ONNX and what comes out, by their names there. */
export interface OnnxPorts {
  readonly input: ValueInfo;
  readonly output: ValueInfo;
  /** The tapped results, by tap. */
  readonly taps: ReadonlyMap<string, ValueInfo>;
}

export interface OnnxExport extends OnnxPorts {
  readonly model: OnnxModel;
  /** Paths of the nodes that are written: of the network with norms folded and activations fused. */
  readonly paths: readonly string[];
}

/** A network as an ONNX model, whose numbers are not laid out yet. Throws as `toOnnx`, but for `model-too-large`. */
export function exportNetwork(graph: Graph, params: Parameters, options: OnnxOptions): OnnxExport {
  const { layout = 'channels-first', producerVersion = '', metadata = new Map() } = options;
  const { graph: plan, params: prepared } = prepareNetwork(graph, params, options);
  const emit = new Emitter(prepared, options.consume);
  // Results have the first choice of names.
  const outputName = emit.unique('output');
  const tapNames = Object.keys(plan.taps).map((tap) => [tap, emit.unique(tap)] as const);
  const { shape } = inputOf(plan);
  const input: Value = { name: emit.unique('input'), shape, form: shape.length === 3 ? layout : 'vector' };
  const values = exportNodes(plan, input, emit);
  const name = resultNames(emit, input);
  const port = (free: string, id: NodeId): ValueInfo => infoOf(name(free, emit.as(at(values, id), layout)));
  const output = port(outputName, plan.output);
  const taps = new Map(tapNames.map(([tap, free]) => [tap, port(free, plan.taps[tap] ?? -1)]));
  const model: OnnxModel = {
    irVersion: IR_VERSION,
    opset: OPSET,
    producer: { name: 'convzoo', version: producerVersion },
    metadata,
    graph: {
      name: graph.name,
      nodes: emit.nodes,
      initialisers: emit.initialisers,
      inputs: [infoOf(input)],
      outputs: [output, ...taps.values()],
    },
  };
  return { model, paths: plan.nodes.map(({ path }) => path), input: infoOf(input), output, taps };
}

const infoOf = ({ name, shape, form }: Value): ValueInfo => ({ name, dims: dimsOf(shape, form, BATCH_AXIS) });

function at(values: readonly Value[], id: NodeId): Value {
  const value = values[id];
  if (value === undefined) throw new RangeError(`node ${id} was not written`);
  return value;
}

/** Writes every node. Returns the result of each. */
function exportNodes(graph: Graph, given: Value, emit: Emitter): readonly Value[] {
  const values: Value[] = [];
  for (const node of graph.nodes) {
    const inputs = node.op === 'input' ? [given] : node.inputs.map((id) => at(values, id));
    // A node and the rule of its op belong together, which the table says and the compiler cannot follow.
    values.push((exportRules[node.op] as ExportRule<OpName>)({ node: node as Node, inputs, graph, emit }));
  }
  return values;
}

/** Gives results their names. One that has a name already, of another tap or as the input, is copied. */
function resultNames(emit: Emitter, input: Value): (name: string, result: Value) => Value {
  const named = new Map([[input.name, input.name]]);
  return (name, result) => {
    const other = named.get(result.name);
    if (other === undefined) emit.rename(result.name, name);
    else emit.copy(name, other);
    named.set(result.name, other ?? name);
    return { ...result, name };
  };
}
