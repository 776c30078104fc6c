import { notPlain, part, wide } from './bytes.js';

/** Extents; none for a single value. (IV.A.2.b) */
export function shapeOf(space: DataView): readonly number[] {
  const [version, rank] = [space.getUint8(0), space.getUint8(1)];
  const isSimple = version === 1 || (version === 2 && space.getUint8(3) <= 1);
  if (!isSimple) notPlain('a dataspace is not simple');
  const start = version === 1 ? 8 : 4;
  return Array.from({ length: rank }, (_, i) => wide(space, start + 8 * i));
}

/** Numbers, by HDF5's class (0 integers, 1 floats) and bytes; text of one length (3); text of any length (9). */
export interface Datatype {
  readonly type: 0 | 1 | 3 | 9;
  readonly size: number;
  readonly signed: boolean;
}

/** Where sign, exponent and mantissa of IEEE's floats lie, and the exponent's bias: bytes 12 to 19 of the message. */
const IEEE: Readonly<Record<number, string>> = {
  2: '15 10 5 0 10 15',
  4: '31 23 8 0 23 127',
  8: '63 52 11 0 52 1023',
};

/** A type that is read here: little-endian, without padding. (IV.A.2.d) */
export function datatypeOf(message: DataView): Datatype {
  const [head, bits] = [message.getUint8(0), message.getUint8(1)];
  const type = head & 15;
  const size = message.getUint32(4, true);
  if (head >> 4 !== 1) notPlain('a type is of another version');
  switch (type) {
    case 0:
    case 1: {
      // Byte order and padding; the mantissa's first bit is implied in IEEE's floats.
      if ((bits & (type === 0 ? 0b0111 : 0b0100_1111)) !== 0 || !isWhole(message, size)) notPlain('numbers are odd');
      if (type === 1 && floatOf(message) !== IEEE[size]) notPlain('floats are not of IEEE');
      return { type, size, signed: type === 1 || (bits & 0b1000) !== 0 };
    }
    case 3:
      // Ends at a zero, or is filled with zeros.
      if ((bits & 15) > 1) notPlain('text is filled with spaces');
      return { type, size, signed: false };
    case 9:
      if ((bits & 15) !== 1 || size !== 16) notPlain('lists of any length');
      return { type, size, signed: false };
    default:
      return notPlain(`a type of class ${type}`);
  }
}

/** Whether every bit of the bytes counts. */
const isWhole = (message: DataView, size: number): boolean =>
  message.getUint16(8, true) === 0 && message.getUint16(10, true) === 8 * size;

function floatOf(message: DataView): string {
  const sign = message.getUint8(2);
  const places = [12, 13, 14, 15].map((at) => message.getUint8(at));
  return [sign, ...places, message.getUint32(16, true)].join(' ');
}

/** Where the values of a dataset lie in one piece. (IV.A.2.i) */
export function placeOf(layout: DataView): { readonly offset: number; readonly length: number } {
  const isContiguous = layout.getUint8(0) === 3 && layout.getUint8(1) === 1;
  return isContiguous ? { offset: wide(layout, 2), length: wide(layout, 10) } : notPlain('values are in chunks');
}

/** An attribute, its values as they lie there. (IV.A.2.m) */
export interface Attribute {
  readonly name: Uint8Array;
  readonly datatype: DataView;
  readonly space: DataView;
  readonly data: Uint8Array<ArrayBuffer>;
}

export function attributeOf(message: DataView<ArrayBuffer>): Attribute {
  const version = message.getUint8(0);
  if (version < 1 || version > 3 || (version > 1 && message.getUint8(1) !== 0)) notPlain('attributes are odd');
  // In the first version every part is filled up to a multiple of eight.
  const filled = (length: number): number => (version === 1 ? Math.ceil(length / 8) * 8 : length);
  let at = version === 3 ? 9 : 8;
  const [name, datatype, space] = [2, 4, 6].map((place) => {
    const bytes = part(message, at, message.getUint16(place, true));
    at += filled(bytes.length);
    return bytes;
  });
  if (name === undefined || datatype === undefined || space === undefined) return notPlain('an attribute is cut off');
  const viewOf = (bytes: Uint8Array<ArrayBuffer>) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rest = Math.max(0, message.byteLength - at);
  return { name, datatype: viewOf(datatype), space: viewOf(space), data: part(message, at, rest) };
}
