// Every order in which the pool and two threads can do what they do, in their own code.
import { describe, expect, it } from 'vitest';
import { type Action, explore } from './support/interleavings.js';
import { codeWith, type Fault } from './support/threads-as-generators.js';

const plan = (session: number, steps: number, fails?: number): Action => ({
  do: 'plan',
  session,
  steps,
  ...(fails === undefined ? {} : { fails }),
});
const run = (session: number, timed = false): Action => ({ do: 'run', session, timed });
const wait: Action = { do: 'wait' };

const scripts: Readonly<Record<string, readonly Action[]>> = {
  'one run after another': [plan(0, 1), run(0), wait, run(0), wait],
  'another plan before a run': [plan(0, 1), run(0), wait, plan(0, 2), run(0), wait],
  'another plan while one runs': [plan(0, 1), run(0), plan(1, 1), wait, run(1), wait],
  'a plan without steps, between others': [plan(0, 0), plan(1, 1), run(0), wait, run(1), wait],
  'times of steps': [plan(0, 2), run(0, true), wait, run(0, true), wait],
  'a thread that fails': [plan(0, 2), plan(1, 2, 1), run(0), wait, run(1), wait],
};

/** A plan that comes while a thread runs that was told to: it reads it only when the next run sends it home. */
const told = [plan(0, 1), run(0), wait, run(0), plan(1, 1), wait, run(1), wait];

describe('the pool and its threads, in any order', { timeout: 180_000 }, () => {
  const code = codeWith();
  it.each(Object.entries(scripts))('%s', (_, actions) => {
    const { states, wrong } = explore(code, actions);
    expect(wrong).toBeUndefined();
    expect(states).toBeGreaterThan(1000);
  });

  it('when arrivals pass 2^31', () => {
    // After the third of four.
    expect(explore(code, scripts['one run after another']!, 2 ** 31 - 3).wrong).toBeUndefined();
  });

  // That the search finds faults is shown by some that are planted.
  it.each<[string, readonly Action[], string, ...Fault]>([
    [
      'a thread that is told is not woken',
      scripts['one run after another']!,
      'for ever',
      'Atomics.notify(control, state);',
      '',
    ],
    [
      'the last to arrive wakes nobody',
      scripts['one run after another']!,
      'for ever',
      'Atomics.notify(control, ARRIVALS);\n    return',
      'return',
    ],
    ['threads are told before they have read', told, 'for ever|not the one', '!hasMail && ', ''],
    [
      'who goes to sleep hears nothing',
      scripts['one run after another']!,
      'for ever',
      'Atomics.compareExchange(control, state, RUNS, SLEEPS) === RUNS',
      '[Atomics.store(control, state, SLEEPS)]',
    ],
    ['all answer', scripts['one run after another']!, 'two answers|before all', 'timed ? part === 0 : last', 'true'],
    ['nobody waits', scripts['times of steps']!, 'before', 'last = barrier(control, target)', 'last = true'],
    [
      'who is told all the same goes home',
      scripts['one run after another']!,
      'for ever',
      'Atomics.compareExchange(control, state, SLEEPS, HOME)',
      'Atomics.store(control, state, HOME)',
    ],
    [
      'the empty plan has no barrier',
      scripts['a plan without steps, between others']!,
      'before all|not the one|twice',
      'if (steps.length === 0) last = barrier(control, target + parts);',
      'if (steps.length === 0) last = part === 0;',
    ],
    ['who fails tells nobody', scripts['a thread that fails']!, 'for ever', 'Atomics.store(control, FAILED, 1);', ''],
  ])('a fault is found: %s', (_, script, wrong, from, to) => {
    const found = explore(codeWith([[from, to]]), script);
    expect(found.wrong).toMatch(new RegExp(wrong));
  });
});
