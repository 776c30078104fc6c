import { work } from './work.svelte.js';

/** Undo and redo by the usual keys, for the window. */
export function undoKeys(event: KeyboardEvent): void {
  // Fields and the editor have an undo of their own.
  const { target } = event;
  const typing = target instanceof HTMLInputElement && ['text', 'number', 'search'].includes(target.type);
  const editing = target instanceof HTMLElement && target.shadowRoot !== null;
  if (typing || editing || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) work.undo();
  else if (key === 'y' || (key === 'z' && event.shiftKey)) work.redo();
  else return;
  event.preventDefault();
}
