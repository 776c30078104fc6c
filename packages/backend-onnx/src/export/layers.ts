import { type AnyNode, consumersOf, type Graph, nodeAt, paramOf, type Shape } from '@convzoo/layers';
import { float, int, ints } from '../proto/model.js';
import { activate } from './activation.js';
import { type ExportRule, input, inputAs, result } from './rule.js';
import { padsOf } from './window.js';

const shapeOfKernel = (node: AnyNode): Shape => {
  const spec = node.params.find(({ role }) => role === 'kernel');
  if (spec === undefined) throw new RangeError(`${node.path} has no kernel`);
  return spec.shape;
};

const given = (names: readonly (string | undefined)[]): readonly string[] => names.filter((name) => name !== undefined);

export const conv2d: ExportRule<'conv2d'> = (context) => {
  const { node, emit } = context;
  const { strides, dilations, groups, activation } = node.attributes;
  const x = inputAs(context, 'channels-first');
  const shape = shapeOfKernel(node);
  const [kh = 1, kw = 1, inputs = 1, outputs = 1] = shape;
  const kernel = emit.kernel(node, 'output-first', shape, [outputs, inputs, kh, kw]);
  const convolved = emit.op(node.path, 'Conv', given([x.name, kernel, emit.vector(node, 'bias')]), {
    kernel_shape: ints([kh, kw]),
    strides: ints(strides),
    dilations: ints(dilations),
    group: int(groups),
    pads: ints(padsOf(x.shape, [kh, kw], node.attributes).pads),
  });
  return result(node, activate(emit, node.path, convolved, activation), 'channels-first');
};

/** A vector times a matrix is a Gemm; the channels of every pixel times a matrix a MatMul with the channels last. */
export const dense: ExportRule<'dense'> = (context) => {
  const { node, emit } = context;
  const [inputs = 1, outputs = 1] = shapeOfKernel(node);
  const bias = emit.vector(node, 'bias');
  const { activation } = node.attributes;
  if (node.shape.length === 3) {
    const x = inputAs(context, 'channels-last');
    const kernel = emit.kernel(node, 'as-is', [1, 1, inputs, outputs], [inputs, outputs]);
    const product = emit.op(node.path, 'MatMul', [x.name, kernel]);
    const biased = bias === undefined ? product : emit.op(node.path, 'Add', [product, bias]);
    return result(node, activate(emit, node.path, biased, activation), 'channels-last');
  }
  const x = input(context);
  const [h = 1, w = 1, channels = 1] = x.from ?? [1, 1, inputs];
  const kernel = emit.kernel(node, 'output-first', [h, w, channels, outputs], [outputs, inputs]);
  const product = emit.op(node.path, 'Gemm', given([x.name, kernel, bias]), { transB: int(1) });
  return result(node, activate(emit, node.path, product, activation), 'vector');
};

/** Ops that work value by value, so do not care for the order of a vector. */
const isValueByValue = ({ op }: AnyNode): boolean => op === 'dropout' || op === 'activation' || op === 'leakyRelu';

/** Whether all that reads a flattened map in the end are dense layers, whose rows can take any order. */
function readByDenseOnly(graph: Graph, id: number): boolean {
  const kept = new Set([graph.output, ...Object.values(graph.taps)]);
  const consumers = consumersOf(graph);
  const pending = [id];
  for (const at of pending) {
    if (kept.has(at)) return false;
    for (const reader of consumers[at] ?? []) {
      const node = nodeAt(graph, reader);
      if (isValueByValue(node)) pending.push(reader);
      else if (node.op !== 'dense') return false;
    }
  }
  return true;
}

/** With channels last, unless dense layers can take the order that the map has; as torch flattens, without a transpose. */
export const flatten: ExportRule<'flatten'> = (context) => {
  const { node, graph, emit } = context;
  const x = input(context);
  const [h = 1, w = 1, channels = 1] = x.shape;
  if (x.shape.length !== 3) return x;
  const isSame = h * w === 1 || channels === 1;
  if (isSame || x.form === 'channels-last' || !readByDenseOnly(graph, node.id)) {
    const ordered = isSame ? x : emit.as(x, 'channels-last');
    return result(node, emit.op(node.path, 'Flatten', [ordered.name], { axis: int(1) }), 'vector');
  }
  const name = emit.op(node.path, 'Flatten', [x.name], { axis: int(1) });
  return { name, shape: node.shape, form: 'flattened-channels-first', from: [h, w, channels] };
};

export const batchNorm: ExportRule<'batchNorm'> = (context) => {
  const { node, emit } = context;
  const x = inputAs(context, 'channels-first');
  const channels = node.shape.at(-1) ?? 1;
  const ones = (): string => emit.floats(node.path, new Float32Array(channels).fill(1), [channels]);
  const zeros = (): string => emit.floats(node.path, new Float32Array(channels), [channels]);
  const scale = emit.vector(node, 'scale') ?? ones();
  const shift = emit.vector(node, 'shift') ?? zeros();
  const statistics = given([emit.vector(node, 'mean'), emit.vector(node, 'variance')]);
  const inputs = [x.name, scale, shift, ...statistics];
  const epsilon = float(node.attributes.eps);
  return result(node, emit.op(node.path, 'BatchNormalization', inputs, { epsilon }), 'channels-first');
};

export const layerNorm: ExportRule<'layerNorm'> = (context) => {
  const { node, emit } = context;
  const x = inputAs(context, 'channels-last');
  const channels = node.shape.at(-1) ?? 1;
  const scale = emit.vector(node, 'scale') ?? emit.floats(node.path, new Float32Array(channels).fill(1), [channels]);
  const shift = emit.vector(node, 'shift');
  const attributes = { axis: int(-1), epsilon: float(node.attributes.eps) };
  return result(
    node,
    emit.op(node.path, 'LayerNormalization', given([x.name, scale, shift]), attributes),
    'channels-last',
  );
};

export const layerScale: ExportRule<'layerScale'> = (context) => {
  const { node, emit } = context;
  const x = input(context);
  const spec = paramOf(node, 'scale');
  const factor = emit.vector(node, 'scale', x.form === 'channels-first' ? [...(spec?.shape ?? []), 1, 1] : undefined);
  return { ...x, name: emit.op(node.path, 'Mul', given([x.name, factor])) };
};
