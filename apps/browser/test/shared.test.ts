import { describe, expect, it } from 'vitest';
import { Recent } from '../src/compute/recent.js';
import { Shared } from '../src/compute/shared.js';

function startWork() {
  let signal: AbortSignal | undefined;
  let finish = (_: number): void => {};
  let tell = (_: string): void => {};
  let failures = 0;
  const shared = new Shared<number, string>(
    (given, onProgress) => {
      signal = given;
      tell = onProgress;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    () => failures++,
  );
  return {
    shared,
    finish: (value: number) => finish(value),
    tell: (text: string) => tell(text),
    aborted: () => signal?.aborted,
    failures: () => failures,
  };
}

describe('work that several wait for', () => {
  it('goes on while one still waits, and tells those how far it is', async () => {
    const { shared, finish, tell, aborted } = startWork();
    const [first, second] = [new AbortController(), new AbortController()];
    const heard: string[] = [];
    const gone = shared.join({ signal: first.signal, onProgress: (text) => heard.push(`first ${text}`) });
    const waiting = shared.join({ signal: second.signal, onProgress: (text) => heard.push(`second ${text}`) });
    tell('a');
    first.abort();
    await expect(gone).rejects.toMatchObject({ code: 'aborted' });
    tell('b');
    expect(aborted()).toBe(false);
    finish(7);
    expect(await waiting).toBe(7);
    expect(heard).toEqual(['first a', 'second a', 'second b']);
  });

  it('is given up with the last, and is of no more use then', async () => {
    const { shared, aborted, failures } = startWork();
    const controller = new AbortController();
    const waiting = shared.join({ signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect(aborted()).toBe(true);
    expect(failures()).toBe(1);
  });

  it('is not given up while someone waits who cannot give up', async () => {
    const { shared, finish, aborted } = startWork();
    const controller = new AbortController();
    const patient = shared.join({});
    const gone = shared.join({ signal: controller.signal });
    controller.abort();
    await expect(gone).rejects.toThrow();
    expect(aborted()).toBe(false);
    finish(1);
    expect(await patient).toBe(1);
  });
});

describe('entries used last', () => {
  it('stay; the others are let go', () => {
    const gone: number[] = [];
    const recent = new Recent<number>(2, (value) => gone.push(value));
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).toBe(1);
    recent.set('c', 3);
    expect(gone).toEqual([2]);
    recent.deleteWhere((key) => key === 'a');
    expect(gone).toEqual([2, 1]);
    expect(recent.get('a')).toBeUndefined();
  });
});
