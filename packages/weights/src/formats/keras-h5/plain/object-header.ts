import { notPlain, type Pieces, part, wide } from './bytes.js';

/** One message of an object's header: what a group, a dataset or its attributes are. */
export interface Message {
  readonly type: number;
  readonly data: DataView<ArrayBuffer>;
}

/** Types of messages (HDF5 file format specification 3.0, IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** Messages that change what others mean, of features that are not read here. */
const UNREAD: ReadonlySet<number> = new Set([
  MESSAGE.linkInfo,
  MESSAGE.link,
  MESSAGE.externalFiles,
  MESSAGE.filters,
  MESSAGE.attributeInfo,
]);

/** Of the prefix of a header, and of the head of a message. */
const PREFIX_BYTES = 16;
const HEAD_BYTES = 8;
/** A flag of a message: it lies elsewhere. */
const SHARED = 2;
/** Most pieces that a header is in. */
const MAX_BLOCKS = 4096;

/** The messages of an object, of a header of version 1 (IV.A.1.a). */
export function messagesAt(pieces: Pieces, address: number): readonly Message[] {
  const prefix = pieces.at(address, PREFIX_BYTES);
  if (prefix.getUint8(0) !== 1) notPlain('its headers are of another version');
  const count = prefix.getUint16(2, true);
  const blocks = [{ offset: address + PREFIX_BYTES, length: prefix.getUint32(8, true) }];
  const messages: Message[] = [];
  let seen = 0;
  for (const { offset, length } of blocks) {
    const block = pieces.at(offset, length);
    for (let at = 0; at + HEAD_BYTES <= length && seen < count; seen++) {
      const [type, size] = [block.getUint16(at, true), block.getUint16(at + 2, true)];
      if ((block.getUint8(at + 4) & SHARED) !== 0 || UNREAD.has(type)) notPlain(`it has a message of type ${type}`);
      const bytes = part(block, at + HEAD_BYTES, size);
      const data = new DataView(bytes.buffer, bytes.byteOffset, size);
      if (type === MESSAGE.continuation) blocks.push({ offset: wide(data, 0), length: wide(data, 8) });
      else messages.push({ type, data });
      at += HEAD_BYTES + size;
    }
    if (blocks.length > MAX_BLOCKS) notPlain('a header is in too many pieces');
  }
  return messages;
}

/** The one message of a type; undefined where there is none. */
export const messageOf = (messages: readonly Message[], type: number): DataView<ArrayBuffer> | undefined =>
  messages.find((message) => message.type === type)?.data;
