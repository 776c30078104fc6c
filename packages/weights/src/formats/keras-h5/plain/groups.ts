import { expectSignature, notPlain, type Pieces, part, textOf, wide } from './bytes.js';

/** Of a node of the tree and of a node of symbols, before their entries; of a symbol. */
const TREE_HEAD = 24;
const SYMBOLS_HEAD = 8;
const SYMBOL_BYTES = 40;
/** What a symbol keeps beside its address: a link by name to elsewhere. */
const SYMBOLIC_LINK = 2;

/** The names in a group, in their order, each with the address of its object. (III.A.1, III.B, III.D) */
export function childrenOf(pieces: Pieces, table: DataView): ReadonlyMap<string, number> {
  const heap = pieces.at(wide(table, 8), 32);
  expectSignature(heap, 'HEAP');
  const names = pieces.at(wide(heap, 24), wide(heap, 8));
  const children = new Map<string, number>();
  for (const node of symbolNodes(pieces, wide(table, 0))) {
    const count = pieces.at(node, SYMBOLS_HEAD).getUint16(6, true);
    const symbols = pieces.at(node, SYMBOLS_HEAD + count * SYMBOL_BYTES);
    expectSignature(symbols, 'SNOD');
    for (let i = 0; i < count; i++) {
      const at = SYMBOLS_HEAD + i * SYMBOL_BYTES;
      if (symbols.getUint32(at + 16, true) === SYMBOLIC_LINK) notPlain('it has symbolic links');
      const start = wide(symbols, at);
      children.set(textOf(part(names, start, names.byteLength - start)), wide(symbols, at + 8));
    }
  }
  return children;
}

/** Addresses of the nodes of symbols under a node of the tree. */
function symbolNodes(pieces: Pieces, address: number, above?: number): readonly number[] {
  const head = pieces.at(address, TREE_HEAD);
  expectSignature(head, 'TREE');
  const [type, level, count] = [head.getUint8(4), head.getUint8(5), head.getUint16(6, true)];
  if (type !== 0 || (above !== undefined && level !== above - 1)) notPlain('a tree is odd');
  // A key before and after each address.
  const entries = pieces.at(address + TREE_HEAD, 8 + 16 * count);
  const addresses = Array.from({ length: count }, (_, i) => wide(entries, 8 + 16 * i));
  return level === 0 ? addresses : addresses.flatMap((child) => symbolNodes(pieces, child, level));
}
