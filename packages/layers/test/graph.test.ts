import { describe, expect, it } from 'vitest';
import {
  Builder,
  channelsOf,
  consumersOf,
  flattenedFrom,
  formatShape,
  type Graph,
  headOf,
  inputOf,
  isDepthwise,
  isTrainable,
  nodeAt,
  opNames,
  opRules,
  paramOf,
  paramsOf,
  sizeOf,
  tapOf,
} from '../src/index.js';

function tiny(): Graph {
  const nn = new Builder('tiny');
  let x = nn.input([6, 6, 3]);
  x = nn.conv2d(x, { name: 'conv', out: 4, kernel: 3, bias: true });
  x = nn.module('block', () =>
    nn.activation(nn.batchNorm(nn.depthwiseConv2d(x, { name: 'dw', kernel: 3 }), { name: 'bn' }), 'relu'),
  );
  x = nn.add(x, tinySkip(nn, x.id));
  x = nn.dropout(nn.activation(nn.flatten(x), 'relu'), { rate: 0.5 });
  return nn.graph(nn.dense(x, { name: 'fc', units: 2 }));
}

/** The value of the first convolution, node 1. */
const tinySkip = (nn: Builder, last: number) => ({ id: 1, shape: nn.graph({ id: last, shape: [] }).nodes[1]!.shape });

describe('finding nodes', () => {
  const graph = tiny();

  it('by tap or path', () => {
    expect(tapOf(graph, 'block').path).toBe('block.relu');
    expect(tapOf(graph, 'conv').op).toBe('conv2d');
    expect(inputOf(graph).shape).toEqual([6, 6, 3]);
    expect(headOf(graph).path).toBe('fc');
  });

  it('or says which there are', () => {
    expect(() => tapOf(graph, 'blok')).toThrow('Graph tiny has no tap or node called "blok". Its taps: block.');
    expect(() => tapOf(graph, 'toString')).toThrow(/no tap or node/);
    expect(() => nodeAt(graph, 99)).toThrow('Graph tiny has 10 nodes, and none with id 99.');
    expect(() => inputOf({ ...graph, nodes: [] })).toThrow(/call builder.input/);
  });

  it('consumers are those that read a node', () => {
    const conv = tapOf(graph, 'conv').id;
    const paths = consumersOf(graph)[conv]!.map((id) => nodeAt(graph, id).path);
    expect(paths).toEqual(['block.dw', 'add']);
    expect(consumersOf(graph)[graph.output]).toEqual([]);
  });
});

describe('facts about nodes', () => {
  const graph = tiny();

  it('depthwise is a group for every channel', () => {
    expect(isDepthwise(tapOf(graph, 'block.dw'), graph)).toBe(true);
    expect(isDepthwise(tapOf(graph, 'conv'), graph)).toBe(false);
    expect(isDepthwise(tapOf(graph, 'fc'), graph)).toBe(false);
  });

  it('a dense layer knows the map that was flattened for it, through dropout and activation', () => {
    const fc = tapOf(graph, 'fc');
    expect(flattenedFrom(graph, fc)).toEqual([6, 6, 4]);
    const nn = new Builder('pooled');
    const pooled = nn.graph(nn.dense(nn.globalAvgPool(nn.input([6, 6, 4])), { name: 'fc', units: 2 }));
    expect(flattenedFrom(pooled, tapOf(pooled, 'fc'))).toBeUndefined();
  });

  it('parameters have roles, and running statistics are not trained', () => {
    const params = paramsOf(graph);
    expect(params.map((param) => param.path)).toContain('block.bn.running_var');
    expect(params.filter((param) => !isTrainable(param)).map((param) => param.role)).toEqual(['mean', 'variance']);
    expect(paramOf(tapOf(graph, 'conv'), 'bias')?.shape).toEqual([4]);
    expect(paramOf(tapOf(graph, 'block.dw'), 'bias')).toBeUndefined();
  });

  it('a parameter that two nodes share is listed once', () => {
    const nn = new Builder('shared');
    const x = nn.dense(nn.input([4]), { name: 'a', units: 4 });
    const { params, attributes } = nn.graph(x).nodes[1] as Extract<Graph['nodes'][number], { op: 'dense' }>;
    const y = nn.node('dense', { path: 'b', attributes, inputs: [x], params });
    expect(paramsOf(nn.graph(y)).map((param) => param.path)).toEqual(['a.weight', 'a.bias']);
  });
});

describe('shapes', () => {
  it('are formatted and counted', () => {
    expect(formatShape([7, 9, 3])).toBe('7x9x3');
    expect(formatShape([])).toBe('scalar');
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(channelsOf([5, 5, 8])).toBe(8);
  });
});

it('every op has a rule with a sentence about it', () => {
  expect(opNames).toHaveLength(22);
  for (const name of opNames) expect(opRules[name].summary).toMatch(/^[A-Z].*\.$/s);
});
