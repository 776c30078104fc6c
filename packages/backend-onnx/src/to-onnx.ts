import { type Graph, inputOf, type Node, type NodeId, type OpName, type Parameters } from '@convzoo/layers';
import { type PrepareOptions, prepareNetwork } from '@convzoo/runtime';
import { Emitter } from './export/emitter.js';
import type { ExportRule } from './export/rule.js';
import { exportRules } from './export/rules.js';
import { dimsOf, type Value } from './export/value.js';
import type { OnnxModel, ValueInfo } from './proto/model.js';
import { writeModel } from './proto/write.js';

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

/** A network as ONNX. */
export interface OnnxNetwork {
  /** The ModelProto: what a file holds, and what a session is made from. */
  readonly bytes: Uint8Array;
  readonly input: ValueInfo;
  readonly output: ValueInfo;
  /** The tapped results, by tap. */
  readonly taps: ReadonlyMap<string, ValueInfo>;
  /** Path of the node that each ONNX node came from, by its name. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Writes a network as an ONNX model in memory. Weights are brought into ONNX's order once; BatchNorm is folded and what is dead
 * dropped, unless `optimise` is off, which keeps every parameter under its own name.
 *
 * @throws RuntimeError `missing-parameter`, `wrong-parameter-shape`
 * @throws GraphError `no-such-tap`
 * @throws OnnxError `unsupported-op` for a custom op, by path; `model-too-large` beyond 2 GiB
 */
export function toOnnx(graph: Graph, params: Parameters, options: OnnxOptions = {}): OnnxNetwork {
  const { layout = 'channels-first', producerVersion = '', metadata = new Map() } = options;
  const network = prepareNetwork(graph, params, options);
  const emit = new Emitter(network.params);
  const plan = network.graph;
  const outputName = emit.unique('output');
  const tapNames = Object.keys(plan.taps).map((tap) => [tap, emit.unique(tap)] as const);
  const { shape } = inputOf(plan);
  const input: Value = { name: emit.unique('input'), shape, form: shape.length === 3 ? layout : 'vector' };
  const { values, paths } = exportNodes(plan, input, emit);
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
  return { bytes: writeModel(model), input: infoOf(input), output, taps, paths };
}

const infoOf = ({ name, shape, form }: Value): ValueInfo => ({ name, dims: dimsOf(shape, form, BATCH_AXIS) });

function at(values: readonly Value[], id: NodeId): Value {
  const value = values[id];
  if (value === undefined) throw new RangeError(`node ${id} was not written`);
  return value;
}

interface Exported {
  /** Result of each node. */
  readonly values: readonly Value[];
  readonly paths: ReadonlyMap<string, string>;
}

function exportNodes(graph: Graph, given: Value, emit: Emitter): Exported {
  const values: Value[] = [];
  const paths = new Map<string, string>();
  for (const node of graph.nodes) {
    const first = emit.nodes.length;
    const inputs = node.op === 'input' ? [given] : node.inputs.map((id) => at(values, id));
    // A node and the rule of its op belong together, which the table says and the compiler cannot follow.
    values.push((exportRules[node.op] as ExportRule<OpName>)({ node: node as Node, inputs, graph, emit }));
    for (const { name } of emit.nodes.slice(first)) paths.set(name, node.path);
  }
  return { values, paths };
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
