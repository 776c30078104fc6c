import { describe, expect, it } from 'vitest';
import { type Contender, contenders } from '../../bench/src/engine/contenders.js';
import { difference, TOLERANCE } from '../../bench/src/engine/difference.js';
import { aimsOf, isMet } from '../../bench/src/engine/report/aims.js';
import { merged, noResults, type Results, type Row } from '../../bench/src/engine/results.js';

const contender = (id: string): Contender => {
  const found = contenders.find((each) => each.id === id);
  if (found === undefined) throw new RangeError(`no contender ${id}`);
  return found;
};

function row(cell: string, min: number, fields: Partial<Row> = {}): Row {
  const { runtime, place, threads } = contender(cell);
  return {
    ...{ model: 'resnet18', batch: 1, cell, runtime, place, threads, run: 'a', description: '' },
    ...{ load: 1, first: 1, median: min, min, runs: 9, disturbed: 0, loadDisturbed: false, difference: 0 },
    ...fields,
  };
}

const resultsOf = (...rows: Row[]): Results => ({ ...noResults, rows });
const find = (results: Results, group: RegExp, what: string, of = 'resnet18') =>
  aimsOf(results).find((aim) => group.test(aim.group) && aim.what === what && aim.of === of);

describe('the aims of issues 7 and 8', () => {
  it('takes the fastest of the three peers in Chromium, at as many threads', () => {
    const rows = [row('tfjs-wasm:chromium:1', 120), row('litert:chromium:1', 90), row('ort-web:chromium:1', 140)];
    const results = resultsOf(row('engine:chromium:1', 30), row('engine:chromium:2', 1), ...rows);
    const aim = find(results, /^Chromium/, '1 thread');
    expect(aim).toMatchObject({ value: 3, aim: 2.7, sense: 'at least', mixed: false });
    expect(aim && isMet(aim)).toBe(true);
    expect(find(results, /^Chromium/, '2 threads')?.value).toBeUndefined();
  });

  it('says nothing where one of the peers is missing: the best of some is not the best', () => {
    const results = resultsOf(
      row('engine:chromium:1', 30),
      row('tfjs-wasm:chromium:1', 120),
      row('litert:chromium:1', 90),
    );
    expect(find(results, /^Chromium/, '1 thread')?.value).toBeUndefined();
  });

  it('tells what is slower than asked', () => {
    const results = resultsOf(row('engine:node:1', 40), row('ort-node:node:1', 36));
    const aim = find(results, /native onnxruntime/, 'Node, 1 thread');
    expect(aim?.value).toBeCloseTo(40 / 36);
    expect(aim && isMet(aim)).toBe(false);
  });

  it('leaves out what computes something else', () => {
    const results = resultsOf(row('engine:node:1', 40), row('ort-node:node:1', 36, { difference: 0.01 }));
    expect(find(results, /native onnxruntime/, 'Node, 1 thread')?.value).toBeUndefined();
  });

  it('tells what was disturbed', () => {
    const results = resultsOf(row('engine:node:1', 40), row('ort-node:node:1', 36, { disturbed: 1 }));
    expect(find(results, /native onnxruntime/, 'Node, 1 thread')?.disturbed).toBe(true);
  });

  it('marks a ratio of two runs', () => {
    const results = resultsOf(row('engine:node:1', 40), row('ort-node:node:1', 50, { run: 'b' }));
    expect(find(results, /native onnxruntime/, 'Node, 1 thread')?.mixed).toBe(true);
  });

  it('compares batch 8 a picture', () => {
    const results = resultsOf(row('engine:node:1', 10), row('engine:node:1', 88, { batch: 8 }));
    const aim = find(results, /batch 8/, 'Node');
    expect(aim?.value).toBeCloseTo(1.1);
    expect(aim && isMet(aim)).toBe(false);
  });

  it('takes the time of one example from the same turns, where there is one', () => {
    const results = resultsOf(
      row('engine:node:1', 10, { run: 'b' }),
      row('engine:node:1', 88, { batch: 8, alone: 12 }),
    );
    expect(find(results, /batch 8/, 'Node')).toMatchObject({ value: 11 / 12, mixed: false });
  });

  it('holds peak memory against the weights and what is planned', () => {
    const facts = { model: 'resnet18', parameterBytes: 40e6, macs: 1, plannedBytes: 5e6 };
    const results = { ...resultsOf(row('engine:node:1', 1, { peakMemory: 104e6 })), networks: [facts] };
    const aim = find(results, /peak memory/, 'Node, 1 thread: 2.5 times the weights and the planned activations');
    expect(aim).toMatchObject({ value: 104, aim: 105 });
  });
});

describe('answers', () => {
  it('differ by a part of the largest value', () => {
    expect(difference([1, -8, 2.004], [1, -8, 2])).toBeCloseTo(0.0005);
  });

  it('that cannot be compared are far from the same, in JSON too', () => {
    for (const output of [[1, Number.NaN], [1, Number.POSITIVE_INFINITY], [1]]) {
      expect(JSON.parse(JSON.stringify(difference(output, [1, 2])))).toBeGreaterThan(TOLERANCE);
    }
    expect(difference([1], [0])).toBeGreaterThan(TOLERANCE);
  });
});

describe('results', () => {
  it('replaces rows of the same network, batch and contender, and forgets runs without rows', () => {
    const run = (id: string) => ({ id, machine: {}, rounds: {} });
    const old = { ...resultsOf(row('engine:node:1', 40), row('engine:node:2', 20)), runs: [run('a')] };
    const added = { rows: [row('engine:node:1', 39, { run: 'b' })], runs: [run('b')] };
    const both = merged(old, added);
    expect(both.rows.map(({ cell, min }) => [cell, min])).toEqual([
      ['engine:node:2', 20],
      ['engine:node:1', 39],
    ]);
    expect(both.runs.map(({ id }) => id)).toEqual(['a', 'b']);
    const all = merged(both, { rows: [row('engine:node:2', 19, { run: 'b' })], runs: [run('b')] });
    expect(all.runs.map(({ id }) => id)).toEqual(['b']);
  });

  it('keeps an absence until the contender takes part', () => {
    const absent = [{ model: 'resnet18', batch: 1, cell: 'torch:python:1', reason: 'no Python' }];
    const old = merged(noResults, { absent });
    expect(old.absent).toEqual(absent);
    expect(merged(old, { rows: [row('torch:python:1', 3)] }).absent).toEqual([]);
  });
});
