/**
 * The parts of ONNX's ModelProto that a network needs, as plain data
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export interface OnnxModel {
  /** Version of the file format itself, not of its operators. */
  readonly irVersion: number;
  /** Version of the operators of the default domain. */
  readonly opset: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly Initialiser[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Names of values; an optional input that is left out is the empty string. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'tensor'; readonly value: Tensor };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });

export const tensor = (value: Tensor): Attribute => ({ kind: 'tensor', value });

/** Values of TensorProto.DataType. */
export const elementTypes = { float32: 1, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;

export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Length of `raw()`. */
  readonly byteLength: number;
  /** Its bytes, little-endian. Made when they are written, so that one transposed copy exists at a time. */
  raw(): Uint8Array;
  /** Called when they have been written. */
  written?(): void;
}

/** A parameter of the network. Other constants are nodes, so that whoever reads the initialisers finds weights alone. */
export interface Initialiser extends Tensor {
  readonly name: string;
}

/** Name and shape of an input or output of float32; a string is an extent that is known at run time only. */
export interface ValueInfo {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}
