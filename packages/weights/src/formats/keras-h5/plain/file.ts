import { sizeOf } from '@convzoo/layers';
import type { DatasetInfo, Hdf5Reader } from '../reader.js';
import { expectSignature, NotPlain, notPlain, Pieces, part, type SyncSource, textOf, wide } from './bytes.js';
import { childrenOf } from './groups.js';
import { attributeOf, datatypeOf, placeOf, shapeOf } from './messages.js';
import { MESSAGE, type Message, messageOf, messagesAt } from './object-header.js';

/** Of the superblock of version 0, with the symbol of the root group. */
const SUPERBLOCK_BYTES = 96;
/** As the other reader has it. */
const MAX_ATTRIBUTE_BYTES = 1 << 20;
/** Head of a global heap collection, and of an object in it. */
const HEAP_HEAD = 16;

interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * The plain part of HDF5 that h5py writes unless asked otherwise, and Keras 1 and 2 with it: groups as symbol tables, values
 * in one piece, little-endian. Whatever else it meets it throws as NotPlain, and so whatever is damaged.
 *
 * After the "HDF5 File Format Specification Version 3.0"; numbers of sections are of that text.
 */
export class PlainHdf5 implements Hdf5Reader {
  readonly #pieces: Pieces;
  readonly #root: number;
  readonly #messages = new Map<number, readonly Message[]>();
  readonly #children = new Map<number, ReadonlyMap<string, number>>();
  /** Where the values of datasets lie that were asked for. */
  readonly #places = new Map<string, Place>();

  /** @throws NotPlain */
  constructor(source: SyncSource) {
    this.#pieces = new Pieces(source);
    const head = this.#pieces.at(0, SUPERBLOCK_BYTES);
    expectSignature(head, '\x89HDF\r\n\x1a\n');
    // Versions, sizes of addresses and lengths, where addresses count from, where the file ends. (II.A)
    const isPlain = [8, 9, 10, 12].every((at) => head.getUint8(at) === 0) && head.getUint16(13, true) === 0x0808;
    if (!isPlain || wide(head, 24) !== 0 || wide(head, 40) > source.size) notPlain('its superblock is of another kind');
    this.#root = wide(head, 64);
  }

  attributeNames(path: string): readonly string[] {
    return this.#attributes(path)
      .map(({ name }) => textOf(name))
      .sort((a, b) => (a < b ? -1 : 1));
  }

  strings(path: string, name: string): readonly string[] | undefined {
    const attribute = this.#attributes(path).find((each) => textOf(each.name) === name);
    if (attribute === undefined) return undefined;
    const { type, size } = datatypeOf(attribute.datatype);
    const count = sizeOf(shapeOf(attribute.space));
    if (!(count * size <= MAX_ATTRIBUTE_BYTES && count * size <= attribute.data.length))
      notPlain('an attribute is large');
    const values = Array.from({ length: count }, (_, i) => attribute.data.subarray(i * size, (i + 1) * size));
    if (type === 3) return values.map(textOf);
    return type === 9 ? values.map((value) => this.#textOfHeap(value)) : undefined;
  }

  keys(path: string): readonly string[] {
    const address = this.#find(path);
    return address === undefined ? [] : [...(this.#childrenAt(address)?.keys() ?? [])];
  }

  hasGroup(path: string): boolean {
    const address = this.#find(path);
    return address !== undefined && this.#childrenAt(address) !== undefined;
  }

  dataset(path: string): DatasetInfo | undefined {
    const address = this.#find(path);
    const messages = address === undefined ? [] : this.#messagesAt(address);
    const [type, space, layout] = [MESSAGE.datatype, MESSAGE.dataspace, MESSAGE.layout].map((each) =>
      messageOf(messages, each),
    );
    if (type === undefined || space === undefined || layout === undefined) return undefined;
    const [datatype, shape, place] = [datatypeOf(type), shapeOf(space), placeOf(layout)];
    // Tried here, since what is not plain has to be known before the first value is read.
    if (sizeOf(shape) * datatype.size > place.length) notPlain('values are missing');
    if (place.length > 0) this.#pieces.bytes(place.offset + place.length - 1, 1);
    this.#places.set(path, place);
    return { ...datatype, shape: [...shape] };
  }

  bytes(path: string, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return new Uint8Array(0);
    const place = this.#places.get(path);
    if (place === undefined || place.length < length) throw new NotPlain(`${path} was not looked at`);
    return this.#pieces.bytes(place.offset, length);
  }

  close(): void {
    // The source is closed by whoever opened it.
  }

  #find(path: string): number | undefined {
    let address: number | undefined = this.#root;
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue;
      address = address === undefined ? undefined : this.#childrenAt(address)?.get(name);
    }
    return address;
  }

  #messagesAt(address: number): readonly Message[] {
    const known = this.#messages.get(address) ?? messagesAt(this.#pieces, address);
    this.#messages.set(address, known);
    return known;
  }

  #childrenAt(address: number): ReadonlyMap<string, number> | undefined {
    const table = messageOf(this.#messagesAt(address), MESSAGE.symbolTable);
    if (table === undefined) return undefined;
    const known = this.#children.get(address) ?? childrenOf(this.#pieces, table);
    this.#children.set(address, known);
    return known;
  }

  #attributes(path: string) {
    const address = this.#find(path);
    if (address === undefined) return notPlain(`there is no ${path}`);
    return this.#messagesAt(address)
      .filter(({ type }) => type === MESSAGE.attribute)
      .map(({ data }) => attributeOf(data));
  }

  /** Text of any length, by its length, the address of a collection and its index there. (III.E) */
  #textOfHeap(reference: Uint8Array<ArrayBuffer>): string {
    const view = new DataView(reference.buffer, reference.byteOffset, reference.byteLength);
    const [length, index] = [view.getUint32(0, true), view.getUint32(12, true)];
    const address = wide(view, 4);
    const size = wide(this.#pieces.at(address, HEAP_HEAD), 8);
    if (size > MAX_ATTRIBUTE_BYTES) notPlain('a collection of text is large');
    const heap = this.#pieces.at(address, size);
    expectSignature(heap, 'GCOL');
    for (let at = HEAP_HEAD; at + HEAP_HEAD <= size; ) {
      const [found, bytes] = [heap.getUint16(at, true), wide(heap, at + 8)];
      if (found === index && index !== 0 && length <= bytes) return textOf(part(heap, at + HEAP_HEAD, length));
      if (found === 0) break;
      at += HEAP_HEAD + Math.ceil(bytes / 8) * 8;
    }
    return notPlain('text is missing');
  }
}
