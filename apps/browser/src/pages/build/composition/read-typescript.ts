import { type Block, type Composition, cleanName, MAX_BLOCKS, newBlock } from './composition.js';
import type { Settings } from './definition.js';
import type { FieldName, FieldValue } from './fields.js';
import { type BlockKind, blockKinds, definitionOf } from './kinds.js';

const NAME = /new Builder\('([\w-]+)'\)/;
const INPUT = /nn\.input\(\[(\d+), (\d+), (\d+)\]\)/;
const CALL = /nn\.module\('\w+', \(\) =>\s*([\w.]+)\(([^()]*)\)\s*\)/g;
const OPTION = /(\w+):\s*(?:'([^']*)'|([\w.]+))/g;

/** Calls of the builder that are blocks of their own. */
const CALLS: Readonly<Record<string, BlockKind>> = {
  'nn.batchNorm': 'batchNorm',
  'nn.activation': 'activation',
  'nn.maxPool': 'maxPool',
  'nn.avgPool': 'avgPool',
  'nn.globalAvgPool': 'globalAvgPool',
  'nn.flatten': 'flatten',
  'nn.dropout': 'dropout',
};

/**
 * The blocks of a text in the form that `toTypeScript` writes, with whatever settings someone changed there. It is a guess: the
 * text may do more, so the graph of the blocks has to be compared with the graph that the text builds.
 */
export function guessComposition(text: string): Composition | undefined {
  const [, name] = NAME.exec(text) ?? [];
  const sides = INPUT.exec(text)?.slice(1).map(Number);
  const [height, width, channels] = sides ?? [];
  if (name === undefined || height === undefined || width === undefined || channels === undefined) return undefined;
  const calls = [...text.matchAll(CALL)];
  // The functions of the blocks have modules too, of names that are no texts.
  const blocks = calls.map(([, called = '', given = '']) => readCall(called, given));
  if (blocks.length > MAX_BLOCKS || !blocks.every((block) => block !== undefined)) return undefined;
  return { name: cleanName(name), input: [height, width, channels], blocks };
}

function readCall(called: string, given: string): Block | undefined {
  const kind = CALLS[called] ?? blockKinds.find((each) => functionOf(each) === called);
  if (kind === undefined) return undefined;
  const settings: Partial<Record<FieldName, FieldValue>> = {};
  for (const [, name = '', word, value = ''] of given.matchAll(OPTION)) {
    settings[name as FieldName] = word ?? readValue(value);
  }
  const [, word] = /^x, '(\w+)'$/.exec(given) ?? [];
  if (kind === 'activation' && word !== undefined) settings.activation = word;
  if (kind === 'maxPool') settings.padding = settings.padding === 0 ? 'none' : 'half';
  return newBlock(kind, settings satisfies Settings);
}

function functionOf(kind: BlockKind): string | undefined {
  const { code } = definitionOf(kind);
  return 'function' in code ? code.function : undefined;
}

function readValue(text: string): FieldValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return Number(text);
}
