import { PbfWriter } from 'pbf';
import { OnnxError } from '../errors.js';
import {
  type Attribute,
  elementTypes,
  type Initialiser,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type Tensor,
  type ValueInfo,
} from './model.js';

/** What protobuf's own readers accept in one message: lengths are signed 32-bit numbers there. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** Bytes that a node, value or constant takes at most beside its names and values: tags, lengths and small numbers. */
const OVERHEAD = 512;

/**
 * A model as protobuf.
 *
 * @throws OnnxError `model-too-large` beyond 2 GiB, before anything is allocated
 */
export function writeModel(model: OnnxModel): Uint8Array {
  const size = sizeBound(model);
  if (size > MAX_MODEL_BYTES) {
    throw new OnnxError(
      'model-too-large',
      `${model.graph.name} would take about ${size} bytes as ONNX; protobuf holds ${MAX_MODEL_BYTES} in one message. ` +
        'Use the safetensors or TensorFlow.js format for it.',
    );
  }
  // Large enough from the start: growing would copy all weights, and more than once.
  const pbf = new PbfWriter(new Uint8Array(size));
  writeModelProto(model, pbf);
  return pbf.finish();
}

const textBytes = (text: string): number => 3 * text.length;

function sizeBound({ metadata, producer, graph }: OnnxModel): number {
  let size = OVERHEAD + textBytes(producer.name) + textBytes(producer.version) + textBytes(graph.name);
  for (const [key, value] of metadata) size += OVERHEAD + textBytes(key) + textBytes(value);
  for (const { name, inputs, outputs, attributes } of graph.nodes) {
    size += OVERHEAD + [name, ...inputs, ...outputs].reduce((sum, text) => sum + textBytes(text), 0);
    for (const { kind, value } of Object.values(attributes)) if (kind === 'tensor') size += value.byteLength;
  }
  for (const { name, byteLength } of graph.initialisers) size += OVERHEAD + textBytes(name) + byteLength;
  for (const { name } of [...graph.inputs, ...graph.outputs]) size += OVERHEAD + textBytes(name);
  return size;
}

// Field numbers are those of onnx.proto.

function writeModelProto({ irVersion, opset, producer, metadata, graph }: OnnxModel, pbf: PbfWriter): void {
  pbf.writeVarintField(1, irVersion);
  pbf.writeStringField(2, producer.name);
  pbf.writeStringField(3, producer.version);
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, writeOperatorSet, opset);
  for (const entry of metadata) pbf.writeMessage(14, writeMetadata, entry);
}

/** The empty domain is ONNX's own. */
function writeOperatorSet(version: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, '');
  pbf.writeVarintField(2, version);
}

function writeMetadata([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph({ name, nodes, initialisers, inputs, outputs }: OnnxGraph, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, name);
  for (const initialiser of initialisers) pbf.writeMessage(5, writeInitialiser, initialiser);
  for (const input of inputs) pbf.writeMessage(11, writeValueInfo, input);
  for (const output of outputs) pbf.writeMessage(12, writeValueInfo, output);
}

function writeNode({ name, op, inputs, outputs, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

/** Values of AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, tensor: 4, ints: 7 } as const;

function writeAttribute([name, attribute]: readonly [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  switch (attribute.kind) {
    case 'float':
      pbf.writeFloatField(2, attribute.value);
      break;
    case 'int':
      pbf.writeVarintField(3, attribute.value);
      break;
    case 'ints':
      for (const value of attribute.value) pbf.writeVarintField(8, value);
      break;
    case 'tensor':
      pbf.writeMessage(5, writeTensor, attribute.value);
      break;
  }
  pbf.writeVarintField(20, attributeTypes[attribute.kind]);
}

function writeTensor(tensor: Tensor, pbf: PbfWriter): void {
  for (const dim of tensor.dims) pbf.writeVarintField(1, dim);
  pbf.writeVarintField(2, elementTypes[tensor.type]);
  pbf.writeBytesField(9, tensor.raw());
  tensor.written?.();
}

function writeInitialiser(initialiser: Initialiser, pbf: PbfWriter): void {
  writeTensor(initialiser, pbf);
  pbf.writeStringField(8, initialiser.name);
}

function writeValueInfo({ name, dims }: ValueInfo, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeType, dims);
}

type Dims = ValueInfo['dims'];

function writeType(dims: Dims, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, dims);
}

function writeTensorType(dims: Dims, pbf: PbfWriter): void {
  pbf.writeVarintField(1, elementTypes.float32);
  pbf.writeMessage(2, writeShape, dims);
}

function writeShape(dims: Dims, pbf: PbfWriter): void {
  for (const dim of dims) pbf.writeMessage(1, writeDimension, dim);
}

function writeDimension(dim: number | string, pbf: PbfWriter): void {
  if (typeof dim === 'number') pbf.writeVarintField(1, dim);
  else pbf.writeStringField(2, dim);
}
