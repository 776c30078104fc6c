import { addressOf, compositionOf, type NetworkAddress, NOTHING, sameAddress } from './address.js';
import type { Composition } from './composition/composition.js';
import { startComposition } from './composition/starts.js';
import { type Draft, type DraftText, type Language, storeDraft, storedDraft } from './draft.js';
import { changed, newHistory, redone, undone } from './history.js';

// The work stays while the page is open, whichever page is shown, and over reloads in the browser's storage.
let history = $state.raw(
  newHistory<Draft>(storedDraft() ?? { composition: startComposition('small'), text: undefined }),
);
let stored = $state(true);

/** The network that is worked on, and its undo. */
export const work = {
  get draft(): Draft {
    return history.present;
  },
  get canUndo(): boolean {
    return history.past.length > 0;
  },
  get canRedo(): boolean {
    return history.future.length > 0;
  },
  /** Whether the browser keeps the work over a reload. */
  get stored(): boolean {
    return stored;
  },

  undo(): void {
    history = undone(history);
  },
  redo(): void {
    history = redone(history);
  },

  /** Changes the blocks; a text that there is gives way. */
  setComposition(composition: Composition, what?: string): void {
    const { draft } = work;
    if (composition === draft.composition && draft.text === undefined) return;
    history = changed(history, { composition, text: undefined }, what);
  },

  /** What someone typed. */
  type(language: Language, value: string): void {
    const { draft } = work;
    if (draft.text?.language === language && draft.text.value === value) return;
    history = changed(history, { ...draft, text: { language, value, zoo: undefined } }, `text ${language}`);
  },

  setText(text: DraftText): void {
    history = changed(history, { ...work.draft, text });
  },

  backToBlocks(): void {
    work.setComposition(work.draft.composition);
  },

  store(): void {
    stored = storeDraft(work.draft);
  },

  /**
   * Takes the network that an address names, where it is another than this. Earlier work is one Undo away.
   *
   * @returns `zoo` where its text has to be fetched, `bad` where the address holds no network
   */
  follow(address: NetworkAddress): 'done' | 'zoo' | 'bad' {
    if (sameAddress(address, NOTHING) || sameAddress(address, addressOf(work.draft))) return 'done';
    if (address.zoo !== '') return 'zoo';
    const composition = compositionOf(address);
    if (composition === undefined) return 'bad';
    work.setComposition(composition);
    return 'done';
  },
};
