import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParityError, parseGoldens } from '../src/index.js';
import { recordOf } from './records.js';

const good = recordOf();
const line = (more: Readonly<Record<string, unknown>>): string => JSON.stringify({ ...good, ...more });

/** What is thrown at a text, as `code: message`. */
function thrown(text: string): string {
  try {
    parseGoldens(text);
  } catch (error) {
    if (!(error instanceof ParityError)) throw error;
    return `${error.code}: ${error.message}`;
  }
  return 'nothing';
}

describe('parseGoldens', () => {
  it('reads records and keys, with any newlines and a byte order mark', () => {
    const keys = JSON.stringify({ case: 'tiny-4x6', keys: [['conv.weight', [5, 3, 3, 3]]] });
    const goldens = parseGoldens(`\uFEFF${line({})}\r\n\n${keys}\n  \n${line({ case: 'other' })}`);
    expect(goldens.records.map((record) => record.case)).toEqual(['tiny-4x6', 'other']);
    expect(goldens.keys.get('tiny-4x6')).toEqual([['conv.weight', [5, 3, 3, 3]]]);
    expect(goldens.records[0]).toMatchObject({ bnLog4: { bn: 1 }, input: { path: 'input' }, keys: undefined });
    expect(parseGoldens('')).toEqual({ records: [], keys: new Map() });
  });

  it.each([
    ['a text', 'x', /^not-json: Line 2: it is not JSON/],
    ['half a record', line({}).slice(0, 500), /^not-json: Line 2:/],
    ['NaN, as Python may write it', line({}).replace(/"std":[^,]*/, '"std":NaN'), /^not-json: Line 2:/],
    ['a list', '[1, 2]', /^bad-record: Line 2: it is JSON, but no object/],
    ['another object', '{"a":1}', /^other-record: Line 2: this is no record that is known here/],
    ['a record of training', '{"case":"a","framework":"torch","loss":1}', /^other-record: .*training/],
    ['a record of preprocessing', '{"source":[1,1],"filter":"BOX","sha256":"00"}', /^other-record: .*preprocessing/],
    [
      'another framework',
      line({ framework: 'caffe' }),
      /^bad-record: Line 2: framework is "caffe", but it must be one of/,
    ],
    ['no case', line({ case: undefined }), /^bad-record: .*case is missing/],
    ['infinite logits', line({}).replace('"logits0":[', '"logits0":[1e999,'), /^bad-record: .*logits0/],
    ['logits of text', line({ logits0: ['1', '2'] }), /^bad-record: .*logits0/],
    ['equal logits', line({ logits0: Array(20).fill(1) }), /^bad-record: .*prove nothing/],
    ['a scale that would let anything pass', line({ std: 1e6 }), /^bad-record: .*the deviation of logits0 is/],
    ['one picture', line({ input: { ...good.input, shape: [1, 3, 4, 6] } }), /^bad-record: .*two pictures/],
    ['a huge picture', line({ input: { ...good.input, shape: [2, 3, 1e6, 1e6] } }), /^bad-record: .*product up to/],
    ['a negative extent', line({ input: { ...good.input, shape: [2, 3, -4, 6] } }), /^bad-record: .*shape/],
    [
      'too few sampled logits',
      line({ logits1: { ...good.logits1, first16: [] } }),
      /^bad-record: logits1: first16|first16/,
    ],
    ['half a power', line({ bn_log4: { bn: 0.5 } }), /^bad-record: .*whole number/],
    ['a power beyond float32', line({ bn_log4: { bn: 1000 } }), /^bad-record: .*whole number/],
    ['an argument that is an object', line({ args: { a: { b: 1 } } }), /^bad-record: .*an argument is/],
    [
      'a tap beyond its shape',
      line({ taps: [{ ...good.taps[0], at: [1e9], values: [1] }] }),
      /^bad-record: .*indices below/,
    ],
    ['a tap with too few values', line({ taps: [{ ...good.taps[0], values: [1] }] }), /^bad-record: .*values/],
    ['a tap of one item', line({ taps: [{ ...good.taps[0], shape: [1, 5, 4, 6] }] }), /^bad-record: .*the batch/],
    ['keys that are none', line({ keys: [['a']] }), /^bad-record: .*\[NAME, SHAPE\]/],
    ['keys for a prototype', line({ keys: [['__proto__', 'x']] }), /^bad-record: /],
  ])('refuses %s, with the number of the line', (_, text, message) => {
    expect(thrown(`${line({})}\n${text}\n${line({})}`)).toMatch(message);
  });

  it('refuses or reads whatever JSON stands in a field, and never fails otherwise', () => {
    const fields = Object.keys(good);
    fc.assert(
      fc.property(
        fc.constantFrom(...fields, 'keys', 'params', 'bn_eps', 'input_path'),
        fc.jsonValue(),
        (field, value) => {
          thrown(line({ [field]: value }));
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.string(), (text) => void thrown(text)));
  });

  it('is quick with a deep or long line', () => {
    const start = performance.now();
    expect(thrown(`${'['.repeat(1e6)}`)).toMatch(/^not-json/);
    expect(thrown(line({ args: { a: Array(1e5).fill(0) } }))).toMatch(/^bad-record/);
    expect(thrown(line({ taps: Array(30_000).fill(good.taps[0]) }))).toMatch(/^bad-record: .*up to 20000/);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
