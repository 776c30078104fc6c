import { Builder } from 'flatbuffers';

// The few tables of TensorFlow Lite's schema (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3) that classifiers
// need: fields by their number, enumerations by their value.

/** `BuiltinOperator`, and the table of its options in the union `BuiltinOptions`. */
export const OPERATORS = {
  add: { code: 0, options: 11 },
  conv2d: { code: 3, options: 1 },
  depthwiseConv2d: { code: 4, options: 2 },
  fullyConnected: { code: 9, options: 8 },
  maxPool2d: { code: 17, options: 5 },
  reshape: { code: 22, options: 17 },
  pad: { code: 34, options: 22 },
  mean: { code: 40, options: 27 },
} as const;

export type Operator = keyof typeof OPERATORS;

/** `ActivationFunctionType`. */
export const ACTIVATIONS = { linear: 0, relu: 1, relu6: 3 } as const;

/** `Padding`. */
export const PADDINGS = { same: 0, valid: 1 } as const;

/** `TensorType`. */
export const TENSOR_TYPES = { float32: 0, int32: 2 } as const;

/** A field of a table of options: its number, its size in bytes, its value. */
export type Field = readonly [field: number, bytes: 1 | 4, value: number];

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: keyof typeof TENSOR_TYPES;
  /** Constants have bytes. */
  readonly data?: Uint8Array | undefined;
}

export interface Operation {
  readonly operator: Operator;
  /** Numbers of tensors. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: readonly Field[];
}

export interface Model {
  readonly tensors: readonly Tensor[];
  readonly operations: readonly Operation[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Constants are read in place, with vector instructions. */
const ALIGNMENT = 16;

/** The bytes of a `.tflite` file. */
export function writeTflite({ tensors, operations, inputs, outputs }: Model): Uint8Array {
  const constants = tensors.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  // At once as large as it gets: it would double by copying.
  const builder = new Builder(constants + (1 << 20));
  const vector = (offsets: readonly number[]): number => {
    builder.startVector(4, offsets.length, 4);
    for (const offset of offsets.toReversed()) builder.addOffset(offset);
    return builder.endVector();
  };
  const integers = (values: readonly number[]): number => {
    builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) builder.addInt32(value);
    return builder.endVector();
  };
  const table = (fields: number, fill: () => void): number => {
    builder.startObject(fields);
    fill();
    return builder.endObject();
  };

  // Buffer 0 is empty by convention: what has no constant points there.
  const buffers = [table(3, () => {})];
  const tensorTables = tensors.map(({ name, shape, type, data }) => {
    let buffer = 0;
    if (data !== undefined) {
      builder.prep(ALIGNMENT, data.length);
      const bytes = builder.createByteVector(data);
      buffer = buffers.push(table(3, () => builder.addFieldOffset(0, bytes, 0))) - 1;
    }
    const [shapeVector, nameText] = [integers(shape), builder.createString(name)];
    return table(8, () => {
      builder.addFieldOffset(0, shapeVector, 0);
      builder.addFieldInt8(1, TENSOR_TYPES[type], 0);
      builder.addFieldInt32(2, buffer, 0);
      builder.addFieldOffset(3, nameText, 0);
    });
  });

  const used = [...new Set(operations.map(({ operator }) => operator))];
  const operatorCodes = used.map((operator) =>
    table(4, () => {
      // In both the old and the new field, as converters do.
      builder.addFieldInt8(0, OPERATORS[operator].code, 0);
      builder.addFieldInt32(2, 1, 0);
      builder.addFieldInt32(3, OPERATORS[operator].code, 0);
    }),
  );
  const operationTables = operations.map(({ operator, options, ...operation }) => {
    const [from, to] = [integers(operation.inputs), integers(operation.outputs)];
    const optionsTable = table(8, () => {
      for (const [field, bytes, value] of options) {
        if (bytes === 1) builder.addFieldInt8(field, value, 0);
        else builder.addFieldInt32(field, value, 0);
      }
    });
    return table(5, () => {
      builder.addFieldInt32(0, used.indexOf(operator), 0);
      builder.addFieldOffset(1, from, 0);
      builder.addFieldOffset(2, to, 0);
      builder.addFieldInt8(3, OPERATORS[operator].options, 0);
      builder.addFieldOffset(4, optionsTable, 0);
    });
  });

  const [tensorVector, from, to, operationVector] = [
    vector(tensorTables),
    integers(inputs),
    integers(outputs),
    vector(operationTables),
  ];
  const name = builder.createString('main');
  const graph = table(5, () => {
    builder.addFieldOffset(0, tensorVector, 0);
    builder.addFieldOffset(1, from, 0);
    builder.addFieldOffset(2, to, 0);
    builder.addFieldOffset(3, operationVector, 0);
    builder.addFieldOffset(4, name, 0);
  });
  const [codes, graphs, bufferVector] = [vector(operatorCodes), vector([graph]), vector(buffers)];
  const description = builder.createString('convzoo bench');
  const model = table(5, () => {
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(1, codes, 0);
    builder.addFieldOffset(2, graphs, 0);
    builder.addFieldOffset(3, description, 0);
    builder.addFieldOffset(4, bufferVector, 0);
  });
  builder.finish(model, 'TFL3');
  return builder.asUint8Array();
}
