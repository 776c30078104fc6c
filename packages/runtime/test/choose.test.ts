import { describe, expect, it } from 'vitest';
import { type BackendCandidate, chooseBackend, RuntimeError } from '../src/index.js';
import { FakeBackend } from './fake-backend.js';

/** A candidate that is there, or is missing for a reason; it notes that it was asked. */
function candidate(name: string, missing?: unknown): BackendCandidate & { asked: number } {
  return {
    name,
    reason: `${name} is fast`,
    asked: 0,
    async load() {
      this.asked++;
      if (missing !== undefined) throw missing;
      return new FakeBackend(name);
    },
  };
}

describe('chooseBackend', () => {
  it('takes the first that is there and says why it stood where it did', async () => {
    const [a, b] = [candidate('a'), candidate('b')];
    const choice = await chooseBackend([a, b]);
    expect(choice.backend.name).toBe('a');
    expect(choice.reason).toBe('a is fast');
    expect(choice.passedOver).toEqual([]);
    expect(b.asked).toBe(0);
  });

  it('tells which came first and why they could not be had', async () => {
    const candidates = [candidate('a', new Error('no addon')), candidate('b', 'a thrown text'), candidate('c')];
    const choice = await chooseBackend(candidates);
    expect(choice.backend.name).toBe('c');
    expect(choice.reason).toBe('c is fast');
    expect(choice.passedOver).toEqual([
      { name: 'a', reason: 'no addon' },
      { name: 'b', reason: 'a thrown text' },
    ]);
  });

  it('takes exactly the one that was asked for, and asks no other', async () => {
    const [a, b] = [candidate('a'), candidate('b')];
    const choice = await chooseBackend([a, b], 'b');
    expect(choice.backend.name).toBe('b');
    expect(choice).toMatchObject({ reason: 'asked for', passedOver: [] });
    expect(a.asked).toBe(0);
  });

  it('never replaces the one that was asked for', async () => {
    const cause = new Error('no addon');
    const other = candidate('b');
    const choice = chooseBackend([candidate('a', cause), other], 'a');
    await expect(choice).rejects.toThrow(RuntimeError);
    await expect(choice).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: 'Backend a is not there: no addon',
      cause,
    });
    expect(other.asked).toBe(0);
  });

  it('names those that are known where the one that was asked for is not', async () => {
    for (const wanted of ['gpu', 'A', '', 'toString']) {
      await expect(chooseBackend([candidate('a'), candidate('b')], wanted)).rejects.toMatchObject({
        code: 'unknown-backend',
        message: `There is no backend "${wanted}". Known here: a, b.`,
      });
    }
  });

  it('gives every reason where none can be had', async () => {
    await expect(chooseBackend([candidate('a', new Error('no addon')), candidate('b', 'no')])).rejects.toMatchObject({
      code: 'no-backend',
      message: 'No backend could be had (a: no addon; b: no).',
    });
    await expect(chooseBackend([])).rejects.toMatchObject({
      code: 'no-backend',
      message: 'No backend could be had (there are no candidates).',
    });
  });
});
