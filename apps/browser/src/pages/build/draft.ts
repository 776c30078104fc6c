import { fromCompact, toCompact } from './composition/compact.js';
import type { Composition } from './composition/composition.js';
import { MAX_TEXT } from './text/read-graph-text.js';

export type Language = 'typescript' | 'json';

/** The network that is worked on. */
export interface Draft {
  /** The blocks, or what they were before the network became a text. */
  readonly composition: Composition;
  /** Where it is a text, that; undefined where it is the blocks. */
  readonly text: DraftText | undefined;
}

export interface DraftText {
  readonly language: Language;
  readonly value: string;
  /** The name of the network of the zoo that the text is, as long as nobody has changed it. */
  readonly zoo: string | undefined;
}

const KEY = 'convzoo.build';

/** Keeps a draft over reloads; false where the browser forbids it or the text is too long. */
export function storeDraft({ composition, text }: Draft): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify({ blocks: toCompact(composition), text }));
    return true;
  } catch {
    return false;
  }
}

/** The draft of the last visit. What others may have written there is looked at before it is used. */
export function storedDraft(): Draft | undefined {
  try {
    return readDraft(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return undefined;
  }
}

export function readDraft(json: unknown): Draft | undefined {
  if (typeof json !== 'object' || json === null || !('blocks' in json) || typeof json.blocks !== 'string')
    return undefined;
  const composition = fromCompact(json.blocks);
  if (composition === undefined) return undefined;
  return { composition, text: 'text' in json ? readText(json.text) : undefined };
}

function readText(json: unknown): DraftText | undefined {
  if (typeof json !== 'object' || json === null || !('language' in json) || !('value' in json)) return undefined;
  const { language, value } = json;
  if ((language !== 'typescript' && language !== 'json') || typeof value !== 'string' || value.length > MAX_TEXT) {
    return undefined;
  }
  const zoo = 'zoo' in json && typeof json.zoo === 'string' ? json.zoo : undefined;
  return { language, value, zoo };
}
