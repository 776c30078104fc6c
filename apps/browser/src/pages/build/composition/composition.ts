import type { Settings } from './definition.js';
import { allowed, type Field, type FieldName, type FieldValue } from './fields.js';
import { type BlockKind, definitionOf } from './kinds.js';

export interface Block {
  /** One for each block of this visit, so that a list can follow it. */
  readonly id: string;
  readonly kind: BlockKind;
  readonly settings: Settings;
}

/** A network as a list of blocks: plain data. */
export interface Composition {
  readonly name: string;
  /** Height, width, channels. */
  readonly input: readonly [number, number, number];
  readonly blocks: readonly Block[];
}

/** More blocks than anyone can oversee; each may repeat itself. */
export const MAX_BLOCKS = 64;
/** Side of the largest picture, and channels. */
export const MAX_SIDE = 4096;
export const MAX_CHANNELS = 64;

let ids = 0;

/** A block whose settings are allowed; those that are not given are the first. */
export function newBlock(kind: BlockKind, given: Settings = {}): Block {
  const settings = Object.fromEntries(fieldsOf(kind).map(([name, field]) => [name, allowed(field, given[name])]));
  return { id: `block${ids++}`, kind, settings };
}

/** The settings of a kind in their order. */
export const fieldsOf = (kind: BlockKind): readonly (readonly [FieldName, Field])[] =>
  // The keys of Fields are FieldNames; Object.entries forgets that.
  Object.entries(definitionOf(kind).fields) as unknown as readonly (readonly [FieldName, Field])[];

/** What blocks are called, in their order: by kind, counted. */
export function blockNames(blocks: readonly Pick<Block, 'kind'>[]): readonly string[] {
  const counts = new Map<string, number>();
  return blocks.map(({ kind }) => {
    const { prefix } = definitionOf(kind);
    const number = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, number);
    return `${prefix}${number}`;
  });
}

export function insertBlock(composition: Composition, at: number, block: Block): Composition {
  if (composition.blocks.length >= MAX_BLOCKS) return composition;
  return { ...composition, blocks: composition.blocks.toSpliced(at, 0, block) };
}

export const removeBlock = (composition: Composition, at: number): Composition => ({
  ...composition,
  blocks: composition.blocks.toSpliced(at, 1),
});

export function duplicateBlock(composition: Composition, at: number): Composition {
  const block = composition.blocks[at];
  return block === undefined ? composition : insertBlock(composition, at + 1, newBlock(block.kind, block.settings));
}

/** Moves a block to a place, counted without it. */
export function moveBlock(composition: Composition, from: number, to: number): Composition {
  const block = composition.blocks[from];
  if (block === undefined || to < 0 || to >= composition.blocks.length || from === to) return composition;
  return { ...composition, blocks: composition.blocks.toSpliced(from, 1).toSpliced(to, 0, block) };
}

export function configureBlock(composition: Composition, at: number, name: FieldName, value: FieldValue): Composition {
  const block = composition.blocks[at];
  const field = block === undefined ? undefined : definitionOf(block.kind).fields[name];
  if (block === undefined || field === undefined) return composition;
  const settings = { ...block.settings, [name]: allowed(field, value) };
  return { ...composition, blocks: composition.blocks.toSpliced(at, 1, { ...block, settings }) };
}

/** A name that is a file's and a graph's: letters, digits, dashes. */
export const cleanName = (text: string): string =>
  text
    .trim()
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40) || 'my-net';

/** Whether two compositions are the same network, whatever their blocks are called in this visit. */
export const sameComposition = (a: Composition, b: Composition): boolean => plain(a) === plain(b);

const plain = ({ name, input, blocks }: Composition): string =>
  JSON.stringify([name, input, blocks.map(({ kind, settings }) => [kind, settings])]);
