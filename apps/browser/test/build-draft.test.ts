import { describe, expect, it } from 'vitest';
import { toCompact } from '../src/pages/build/composition/compact.js';
import { sameComposition } from '../src/pages/build/composition/composition.js';
import { startComposition } from '../src/pages/build/composition/starts.js';
import { readDraft } from '../src/pages/build/draft.js';
import { changed, newHistory, redone, undone } from '../src/pages/build/history.js';

describe('undo', () => {
  it('goes back and forth, and forgets what was taken back at the next change', () => {
    let history = newHistory('a');
    expect(undone(history)).toBe(history);
    history = changed(changed(history, 'b'), 'c');
    history = undone(history);
    expect(history.present).toBe('b');
    expect(redone(history).present).toBe('c');
    history = changed(undone(history), 'd');
    expect([history.past, history.present, history.future]).toEqual([['a'], 'd', []]);
  });

  it('takes changes of one thing in a short time for one', () => {
    let history = newHistory(1);
    history = changed(history, 2, 'kernel', 0);
    history = changed(history, 3, 'kernel', 500);
    expect(undone(history).present).toBe(1);
    history = changed(history, 4, 'kernel', 5000);
    expect(undone(history).present).toBe(3);
    expect(undone(changed(history, 5, 'stride', 5001)).present).toBe(4);
  });
});

describe('a stored draft', () => {
  const composition = startComposition('mobilenet');
  const blocks = toCompact(composition);

  it('is read again', () => {
    const read = readDraft({ blocks, text: { language: 'json', value: '{}', zoo: 'vgg16' } });
    expect(read !== undefined && sameComposition(read.composition, composition)).toBe(true);
    expect(read?.text).toEqual({ language: 'json', value: '{}', zoo: 'vgg16' });
  });

  it.each([null, 1, {}, { blocks: 3 }, { blocks: 'nonsense' }])('is nothing for %j', (json) => {
    expect(readDraft(json)).toBeUndefined();
  });

  it.each([3, {}, { language: 'php', value: '' }, { language: 'json', value: 1 }])('has no text for %j', (text) => {
    expect(readDraft({ blocks, text })?.text).toBeUndefined();
  });
});
