import { type DType, formatShape, type HostTensor, type Shape } from '@convzoo/layers';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { gather } from '../../gather.js';
import { MAX_TENSORS } from '../../limits.js';
import { bytesPerElement, tensorOver } from '../../tensor-bytes.js';
import { noSuchTensor, type WeightFile } from '../../weight-file.js';
import { type OnnxNode, parameterNames } from './names.js';
import { FieldScanner, fieldsOf, packedVarints } from './protobuf.js';
import { type OnnxTensor, readTensor, textIn, textOf } from './tensor.js';

/** Largest node that is looked into. Those with a constant of numbers are larger, and hold no parameter by name. */
const MAX_NODE_BYTES = 16_384;
/** Metadata is text for people or JSON, such as class names. */
const MAX_METADATA_BYTES = 1_000_000;

/**
 * Opens an ONNX model for its weights: the initialisers of its graph, in torch's names and layouts. Reads the heads of nodes
 * and tensors, and no numbers. Matrices that ONNX has as `[in, out]` are given as `[out, in]`. Whole numbers and single
 * values, which are shapes and bounds of the graph, are left out, and named in the metadata as `skipped`.
 *
 * Numbers may lie in a file beside it. Throws WeightsError with code `truncated`, `too-large`, `bad-header`,
 * `duplicate-name`, `unknown-dtype`, `bad-shape` or `bad-offsets`, and of a file beside it `unsafe-path` or `cannot-read`.
 */
export async function openOnnx(source: ByteSource): Promise<WeightFile> {
  const model = await readModel(source);
  const skipped = model.tensors.filter((tensor) => !isWeight(tensor));
  const weights = model.tensors.filter(isWeight);
  const names = parameterNames(
    weights.map(({ name }) => name),
    model.nodes,
  );
  const matrices = inputsFirst(model.nodes);
  const entries = new Map<string, Entry>();
  for (const tensor of weights) {
    const name = names.get(tensor.name) ?? tensor.name;
    if (entries.has(name)) throw new WeightsError('duplicate-name', `${source.name} has two tensors "${name}".`);
    const [inputs = 0, outputs = 0] = tensor.shape;
    const turned = tensor.shape.length === 2 && matrices.has(tensor.name);
    entries.set(name, { tensor, turned, shape: turned ? [outputs, inputs] : tensor.shape });
  }
  if (skipped.length > 0) model.metadata.set('skipped', skipped.map(({ name }) => name).join(', '));
  const siblings = new Map<string, Promise<ByteSource>>();
  return {
    format: 'onnx',
    name: source.name,
    tensors: [...entries].map(([name, { tensor, shape }]) => ({ name, dtype: tensor.dtype, shape })),
    metadata: model.metadata,
    async read(name) {
      const { tensor, turned, shape } = entries.get(name) ?? noSuchTensor(source.name, name);
      const values = await readValues(source, tensor, siblings);
      if (!turned) return values;
      const { data } = values;
      const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      const [outputs = 1] = shape;
      return tensorOver(tensor.dtype, shape, gather(bytes, bytesPerElement(tensor.dtype), shape, [1, outputs]));
    },
    async close() {
      for (const sibling of siblings.values()) await (await sibling.catch(() => undefined))?.close?.();
      await source.close?.();
    },
  };
}

interface Entry {
  readonly tensor: OnnxTensor;
  /** Its axes are the other way round in the file. */
  readonly turned: boolean;
  readonly shape: Shape;
}

const FLOATS: readonly DType[] = ['float32', 'float64', 'float16', 'bfloat16'];
const isWeight = ({ dtype, shape }: OnnxTensor): boolean => FLOATS.includes(dtype) && shape.length > 0;

/** Names of matrices that are `[in, out]`. */
const inputsFirst = (nodes: readonly OnnxNode[]): ReadonlySet<string> =>
  new Set(
    nodes
      .filter(({ op, transposed }) => op === 'MatMul' || (op === 'Gemm' && !transposed))
      .flatMap(({ inputs }) => inputs.slice(1, 2)),
  );

interface Model {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly metadata: Map<string, string>;
}

/** Field numbers are those of onnx.proto. */
async function readModel(source: ByteSource): Promise<Model> {
  const scanner = new FieldScanner(source);
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const metadata = new Map<string, string>();
  let hasGraph = false;
  for await (const field of scanner.fields(0, source.size)) {
    if (field.number === 2) metadata.set('producer', await textOf(scanner, field, source.name));
    else if (field.number === 14) {
      const bytes = await scanner.bytes(field, MAX_METADATA_BYTES, 'metadata');
      const [key, value] = entryOf(bytes, source.name);
      metadata.set(key, value);
    } else if (field.number === 7 && field.kind === 'bytes') {
      hasGraph = true;
      for await (const part of scanner.fields(field.start, field.start + field.length)) {
        if (part.kind !== 'bytes') continue;
        if (part.number === 1 && part.length <= MAX_NODE_BYTES) {
          nodes.push(nodeIn(await scanner.bytes(part, MAX_NODE_BYTES, 'a node'), source.name));
        } else if (part.number === 5) {
          tensors.push(await readTensor(scanner, part.start, part.start + part.length, source.name));
        }
        if (tensors.length > MAX_TENSORS || nodes.length > MAX_TENSORS) {
          throw new WeightsError('too-large', `${source.name} has more than ${MAX_TENSORS} nodes or tensors.`);
        }
      }
    }
  }
  if (!hasGraph) throw new WeightsError('bad-header', `${source.name} is an ONNX model without a graph.`);
  return { nodes, tensors, metadata };
}

function entryOf(bytes: Uint8Array, file: string): readonly [key: string, value: string] {
  let [key, value] = ['', ''];
  for (const field of fieldsOf(bytes, file)) {
    if (field.number === 1) key = textIn(bytes, field, file);
    if (field.number === 2 && field.kind === 'bytes') {
      value = new TextDecoder().decode(bytes.subarray(field.start, field.start + field.length));
    }
  }
  return [key, value];
}

function nodeIn(bytes: Uint8Array, file: string): OnnxNode {
  const inputs: string[] = [];
  let [name, op, transposed] = ['', '', false];
  for (const field of fieldsOf(bytes, file)) {
    if (field.number === 1) inputs.push(textIn(bytes, field, file));
    else if (field.number === 3) name = textIn(bytes, field, file);
    else if (field.number === 4) op = textIn(bytes, field, file);
    else if (field.number === 5 && field.kind === 'bytes') {
      transposed ||= isTransB(bytes.subarray(field.start, field.start + field.length), file);
    }
  }
  return { inputs, name, op, transposed };
}

/** Whether an attribute says that a Gemm's matrix is `[out, in]`. */
function isTransB(bytes: Uint8Array, file: string): boolean {
  let [name, value] = ['', 0];
  for (const field of fieldsOf(bytes, file)) {
    if (field.number === 1) name = textIn(bytes, field, file);
    if (field.number === 3 && field.kind === 'varint') value = field.value;
  }
  return name === 'transB' && value === 1;
}

async function readValues(
  source: ByteSource,
  { name, dtype, shape, data }: OnnxTensor,
  siblings: Map<string, Promise<ByteSource>>,
): Promise<HostTensor> {
  const elements = shape.reduce((size, extent) => size * extent, 1);
  if (!('location' in data)) {
    const bytes = data.length === 0 ? new Uint8Array(0) : await source.read(data.start, data.length);
    return tensorOver(dtype, shape, data.packed ? unpacked(bytes, elements, dtype, source.name) : bytes);
  }
  if (source.sibling === undefined) {
    throw new WeightsError(
      'cannot-read',
      `${source.name}: the numbers of "${name}" are in ${data.location} beside it, which cannot be reached from here.`,
    );
  }
  const beside = siblings.get(data.location) ?? source.sibling(data.location);
  siblings.set(data.location, beside);
  const file = await beside;
  const length = elements * bytesPerElement(dtype);
  if (data.offset + length > file.size) {
    throw new WeightsError(
      'bad-offsets',
      `${source.name}: "${name}" of ${formatShape(shape)} needs ${length} bytes from ${data.offset} of ${file.name}, which has ${file.size}.`,
    );
  }
  return tensorOver(dtype, shape, await file.read(data.offset, length));
}

/** Varints as the bytes of their element type: the lowest, whatever the sign. */
function unpacked(bytes: Uint8Array, elements: number, dtype: DType, file: string): Uint8Array<ArrayBuffer> {
  const width = bytesPerElement(dtype);
  const values = new Uint8Array(packedVarints(bytes, elements, file).buffer as ArrayBuffer);
  const result = new Uint8Array(elements * width);
  for (let i = 0; i < elements; i++) result.set(values.subarray(8 * i, 8 * i + width), width * i);
  return result;
}
