import { graphToJson } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { graphText } from '../src/pages/build/text/graph-text.js';
import { JsonMistake, scanJson } from '../src/pages/build/text/json-scan.js';
import { MAX_TEXT, readGraphText } from '../src/pages/build/text/read-graph-text.js';

const json = graphToJson(buildModel('resnet18'));
const text = graphText(json);

describe('a graph as text', () => {
  it('is the same graph, a node a line', () => {
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
    const read = readGraphText(text);
    expect('graph' in read && graphToJson(read.graph)).toEqual(json);
    const nodes = json['nodes'] as readonly { readonly path: string }[];
    expect(text.split('\n')[4 + 5]).toContain(`"path": "${nodes[5]?.path}"`);
  });

  /** What is found after a change of the text, and in which line the change was. */
  function broken(from: string | RegExp, to: string) {
    const at = text.search(from instanceof RegExp ? from : from.replaceAll(/[[\]{}().]/g, '\\$&'));
    const read = readGraphText(text.replace(from, to));
    if (!('problem' in read)) throw new Error('nothing was found');
    return { ...read.problem, changed: text.slice(0, at).split('\n').length };
  }

  it.each([
    ['json', '"format":', '"format"'],
    ['json', '"op": "batchNorm",', '"op": "batchNorm"'],
    ['graph', '"convzoo-graph/1"', '"convzoo-graph/9"'],
    ['graph', '"op": "maxPool"', '"op": "maxpool"'],
    ['graph', '"ceilMode": false', '"ceilMode": 3'],
    ['graph', '"padding": [1, 1, 1, 1], "ceilMode"', '"padding": [1, 1, 1], "ceilMode"'],
    ['graph', '"inputs": [7]', '"inputs": [7000]'],
    // The shape rules, by the path of the node.
    ['graph', '"shape": [512, 1000]', '"shape": [500, 1000]'],
    ['graph', '"path": "layer2.0.conv2"', '"path": "layer2.0.conv1"'],
    ['graph', '"shape": [3, 3, 128, 128]', '"shape": [3, 3, 127, 128]'],
  ] as const)('%s is found in the line of %s', (kind, from, to) => {
    const found = broken(from, to);
    expect(found.kind).toBe(kind);
    expect(found.line).toBe(found.changed);
  });

  it('is refused where it is too long, or another format', () => {
    expect(readGraphText(' '.repeat(MAX_TEXT + 1))).toMatchObject({ problem: { kind: 'too-large' } });
    expect(readGraphText('{ "modelTopology": {} }')).toMatchObject({ problem: { kind: 'keras-model' } });
    expect(readGraphText('')).toMatchObject({ problem: { kind: 'json', line: 1 } });
    expect(readGraphText('[1]')).toMatchObject({ problem: { kind: 'graph', line: 1 } });
  });
});

describe('scanning JSON', () => {
  const accepts = (given: string): boolean => {
    try {
      scanJson(given, () => {});
      return true;
    } catch (error) {
      if (error instanceof JsonMistake) return false;
      throw error;
    }
  };

  it.each([
    '{}',
    '[]',
    ' { "a" : [ 1 , -2.5e3, "x\\u00e9\\n" , true, null ] } ',
    '"text"',
    '0',
    '01',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    '{"a" 1}',
    '[1 2]',
    '"a\nb"',
    'nul',
    '1.',
    '[',
    '{"a":',
    '{}{}',
    '+1',
    '\u00a0{}',
    '"\\x41"',
  ])('agrees with JSON.parse on %j', (given) => {
    const parses = (() => {
      try {
        JSON.parse(given);
        return true;
      } catch {
        return false;
      }
    })();
    expect(accepts(given)).toBe(parses);
  });

  it('ends with depth, not with the stack', () => {
    expect(accepts('['.repeat(100_000))).toBe(false);
  });
});
