import { Builder, float32Tensor, selectOutput } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import {
  defaultMapLayer,
  gradCam,
  headGradient,
  logitsOf,
  mapLayer,
  mapLayers,
  weightedMap,
  withGradientTap,
} from '../src/index.js';
import { backend, noise, outputOf, picture, smallNet, weightsFor } from './support.js';

const never = async (): Promise<never> => {
  throw new Error('the gradient has a closed form');
};

describe('the closed form', () => {
  it('is the numeric derivative of the logit by the layer', async () => {
    // The part after the layer, as a network of its own.
    const nn = new Builder('tail');
    const input = nn.input([3, 4, 6]);
    const tail = nn.graph(nn.dense(nn.globalAvgPool(input), { name: 'fc', units: 4 }));
    const params = weightsFor(tail);
    const map = noise(3 * 4 * 6, 9);
    const whole = new Builder('whole');
    const x = whole.conv2d(whole.input([3, 4, 6]), { name: 'conv', out: 6, kernel: 1, stride: 1 });
    const graph = whole.graph(whole.dense(whole.globalAvgPool(x), { name: 'fc', units: 4 }));
    await using session = await backend.prepare(tail, params);
    const logits = async (data: Float32Array) => (await session.run(float32Tensor([1, 3, 4, 6], data))).output.data;
    for (const classIndex of [0, 3]) {
      const closed = headGradient(graph, params, 'conv', classIndex)!;
      expect(closed.shape).toEqual([3, 4, 6]);
      for (const at of [0, 7, 40, 71]) {
        const [up, down] = [map.slice(), map.slice()];
        up[at]! += 1;
        down[at]! -= 1;
        const slope = ((await logits(up))[classIndex]! - (await logits(down))[classIndex]!) / 2;
        expect(closed.data[at]).toBeCloseTo(slope, 5);
      }
    }
  });

  it('gives the class activation map: classifier weights over the channels', async () => {
    const graph = smallNet();
    const params = weightsFor(graph);
    const layer = defaultMapLayer(graph).path;
    expect(layer).toBe('last_relu');
    await using session = await backend.prepare(graph, params, { taps: [layer] });
    const input = picture(graph);
    const { map, gradient } = await gradCam({ session, input, graph, params, layer, classIndex: 2, gradientOf: never });
    expect([gradient, map.height, map.width]).toEqual(['closed-form', 8, 9]);
    const features = (await session.run(input)).taps[layer]!.data;
    const kernel = params.get('fc.weight')!.data;
    map.values.forEach((value, place) => {
      let sum = 0;
      for (let c = 0; c < 6; c++) sum += features[place * 6 + c]! * kernel[c * 4 + 2]!;
      expect(value).toBeCloseTo(Math.max(sum, 0) / 72, 5);
    });
    expect(map.values.some((value) => value > 0)).toBe(true);
    const options = { session, input, graph, params, layer, classIndex: 2, gradientOf: never, against: true };
    const { map: other } = await gradCam(options);
    // What speaks for the class does not speak against it.
    expect(other.values.some((value) => value > 0)).toBe(true);
    expect(other.values.every((value, i) => value === 0 || map.values[i] === 0)).toBe(true);
  });

  it('is there for a head that is pooling alone, and not where more follows', () => {
    const nn = new Builder('squeezed');
    const x = nn.conv2d(nn.input([4, 4, 3]), { name: 'conv', out: 5, kernel: 1, stride: 1 });
    const graph = nn.graph(nn.globalAvgPool(x));
    const gradient = headGradient(graph, new Map(), 'conv', 1)!;
    expect(gradient.data.every((value, i) => value === (i % 5 === 1 ? 1 / 16 : 0))).toBe(true);
    expect(headGradient(smallNet(), weightsFor(smallNet()), 'last', 0)).toBeUndefined();
    expect(headGradient(smallNet(), weightsFor(smallNet()), 'first_relu', 0)).toBeUndefined();
  });
});

describe('a gradient from outside', () => {
  it('is asked for elsewhere, for the layer and the class', async () => {
    const graph = smallNet();
    const params = weightsFor(graph);
    await using session = await backend.prepare(graph, params, { taps: ['first_relu'] });
    const asked: unknown[] = [];
    const gradientOf = async (...what: unknown[]) => {
      asked.push(what);
      return float32Tensor([8, 9, 5], noise(8 * 9 * 5, 3));
    };
    const options = { session, graph, params, layer: 'first_relu', classIndex: 1, gradientOf };
    expect((await gradCam({ ...options, input: picture(graph) })).gradient).toBe('backward');
    expect(asked).toEqual([['first_relu', 1]]);
  });

  it('can be that of a parameter: the tap changes nothing, and its slope is the layer’s', async () => {
    const graph = smallNet();
    const params = weightsFor(graph);
    const input = picture(graph);
    const tap = withGradientTap(graph, params, 'last_relu');
    // The engine has no custom ops, so the op is run by hand between the two halves.
    const node = tap.graph.nodes.find(({ op }) => op === 'custom')!;
    if (node.op !== 'custom') throw new RangeError('no tap');
    const { definition } = node.attributes;
    const features = await outputOf(selectOutput(graph, 'last_relu'), params, input);
    const x = float32Tensor([1, 8, 9, 6], features);
    expect(definition.compute([x], [tap.params.get(tap.path)!], {}).data).toEqual(features);
    const dy = float32Tensor([2, 8, 9, 6], noise(2 * 8 * 9 * 6, 5));
    const two = float32Tensor(dy.shape, new Float32Array(dy.data.length));
    const { inputs, params: offsets } = definition.gradient!(dy, [two], [tap.params.get(tap.path)!], {});
    expect(inputs[0]).toBe(dy);
    expect(offsets[0]!.data[10]).toBeCloseTo(dy.data[10]! + dy.data[432 + 10]!, 6);
    expect(tap.graph.nodes.some(({ op }) => op === 'dropout')).toBe(false);
  });
});

describe('weightedMap', () => {
  it('is ReLU of the channels by the mean of their gradients', () => {
    const map = float32Tensor([1, 2, 2], Float32Array.of(1, 2, 3, 4));
    const gradient = float32Tensor([1, 2, 2], Float32Array.of(1, -2, 3, 0));
    // Weights 2 and -1.
    expect(weightedMap(map, gradient)).toEqual({ height: 1, width: 2, values: Float32Array.of(0, 2) });
  });
});

describe('layers', () => {
  it('are those with height and width on the way to the output', () => {
    expect(mapLayers(smallNet()).map(({ path }) => path)).toEqual(['first', 'first_relu', 'last', 'last_relu']);
  });

  it.each([
    ['fc', 'not-a-map'],
    ['nothing', 'no-such-tap'],
  ])('%s is refused', (name, code) => {
    expect(() => mapLayer(smallNet(), name)).toThrow(expect.objectContaining({ code }));
  });

  it('a class that is none is refused', () => {
    const graph = smallNet();
    expect(() => headGradient(graph, weightsFor(graph), 'last_relu', 4)).toThrow(/4 outputs, 0 to 3; there is no 4/);
  });

  it('a network without maps has none', () => {
    const nn = new Builder('dense');
    const graph = nn.graph(nn.dense(nn.input([7]), { name: 'fc', units: 2 }));
    expect(() => defaultMapLayer(graph)).toThrow(expect.objectContaining({ code: 'no-map' }));
  });

  it('the pooling before a flatten is passed over', () => {
    const nn = new Builder('vgg');
    let x = nn.conv2d(nn.input([8, 8, 3]), { name: 'conv', out: 4, kernel: 3, stride: 1 });
    x = nn.maxPool(nn.activation(x, 'relu', { name: 'relu' }), { size: 2, stride: 2 });
    expect(defaultMapLayer(nn.graph(nn.dense(nn.flatten(x), { name: 'fc', units: 2 }))).path).toBe('relu');
  });

  it('a sigmoid at the end is taken off: its input is the logit', () => {
    const nn = new Builder('yes-no');
    const x = nn.conv2d(nn.input([4, 4, 3]), { name: 'conv', out: 4, kernel: 3, stride: 1 });
    const logit = nn.dense(nn.globalAvgPool(x), { name: 'fc', units: 1 });
    const graph = logitsOf(nn.graph(nn.activation(logit, 'sigmoid')));
    expect(graph.nodes[graph.output]?.path).toBe('fc');
    expect(logitsOf(graph)).toBe(graph);
  });
});
