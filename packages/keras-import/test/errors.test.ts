/** What cannot be imported is refused with the layer's path, its class, and what would do. */
import { describe, expect, it } from 'vitest';
import { importKerasConfig, KerasImportError, type KerasImportOptions } from '../src/index.js';
import { functional, inputLayer, layer, only } from './configs.js';

function refusal(config: unknown, options: KerasImportOptions = {}): KerasImportError {
  try {
    importKerasConfig(config, options);
  } catch (error) {
    if (error instanceof KerasImportError) return error;
    throw error;
  }
  throw new Error('it was imported');
}

describe('a layer without a counterpart', () => {
  it('is named with its path and class, and what is understood', () => {
    const inner = functional([inputLayer([null, null, 3]), layer('Conv2DTranspose', 'up', {}, ['in'])]);
    const model = functional([
      inputLayer(),
      { ...layer('Functional', 'decoder', {}, ['in']), config: { ...inner.config, name: 'decoder' } },
    ]);
    const error = refusal(model);
    expect([error.code, error.layer]).toEqual(['unsupported-layer', 'decoder/up']);
    expect(error.message).toMatch(
      /^Layer decoder\/up: Conv2DTranspose has no counterpart here\. Understood are InputLayer, Conv2D, /,
    );
  });

  it.each([
    [only('Lambda', { function: ['4wEAAAA', null, null] }), /Lambda is code of Python/],
    [only('constructor'), /constructor has no counterpart/],
    [only('Activation', { activation: 'glu' }), /activation "glu" has no counterpart; relu, relu6/],
    [only('Conv2D', { filters: 2, kernel_size: 3, data_format: 'channels_first' }), /data_format is "channels_first"/],
    [only('Conv2D', { filters: 2, kernel_size: 3, padding: 'causal' }), /padding "causal"/],
    [only('Conv2D', { filters: 4, kernel_size: 3, groups: 2 }), /3 channels do not divide into 2 groups/],
    [only('BatchNormalization', { axis: 1 }), /axis 1, and only channels/],
    [only('LayerNormalization', { axis: [1, 2] }), /axis \[1,2\]/],
    [only('ReLU', { threshold: 0.5 }), /threshold is 0\.5/],
    [only('PReLU', {}), /one slope for each pixel/],
    [only('UpSampling2D', { interpolation: 'bilinear' }), /interpolation is "bilinear"/],
    [only('Softmax', { axis: 1 }), /another axis/],
    [only('Reshape', { target_shape: [5, -1] }), /8x8x3 cannot become 5x-1/],
    [only('Concatenate', { axis: 1 }), /axis 1, and only channels/],
    [only('Permute', { dims: [2, 1, 3] }), /channels to the front and back, and the shuffle/],
    [only('Permute', { dims: [1, 1, 3] }), /dims is \[1,1,3\] for 3 axes/],
    [only('Resizing', { height: 9, width: 8 }), /it makes 9x8 of 8x8; give the model pictures of 9x8/],
    [only('TFOpLambda', { function: 'math.erf' }), /it calls math\.erf as only/],
    [only('Conv2D', { filters: 2, kernel_size: 3 }, [16]), /needs a map of height, width and channels, and gets 16/],
  ])('%#: the setting that is at fault is named', (config, message) => {
    const error = refusal(config);
    expect([error.code, error.layer]).toEqual(['unsupported-layer', 'only']);
    expect(error.message).toMatch(message);
  });

  it('a factor for each pixel, and a softmax inside, are refused', () => {
    const attention = functional([
      inputLayer(),
      layer('Conv2D', 'mask', { filters: 1, kernel_size: 1 }, ['in']),
      layer('Multiply', 'masked', {}, ['in', 'mask']),
    ]);
    expect(refusal(attention).message).toMatch(/Layer masked: .*8x8x3 and 8x8x1; one factor a channel/);
    const inside = functional([
      inputLayer(),
      layer('Activation', 'soft', { activation: 'softmax' }, ['in']),
      layer('Conv2D', 'next', { filters: 1, kernel_size: 1 }, ['soft']),
    ]);
    expect(refusal(inside).message).toMatch(/Layer next: .*comes after a softmax/);
    const turned = functional([
      inputLayer(),
      layer('Permute', 'turned', { dims: [3, 1, 2] }, ['in']),
      layer('ReLU', 'next', {}, ['turned']),
    ]);
    expect(refusal(turned).message).toMatch(/Layer next: .*channels at the front/);
  });
});

describe('a configuration that is none', () => {
  it.each([
    [null, 'bad-config', /no configuration of a Sequential or functional model, but null/],
    [[1], 'bad-config', /no configuration/],
    [{ class_name: 'MyModel', config: {} }, 'bad-config', /a subclassed model keeps its architecture in Python/i],
    [{ class_name: 'Sequential', config: [] }, 'bad-config', /without layers/],
    [only('Conv2D', { filters: -1, kernel_size: 3 }), 'bad-config', /Layer only: its filters is -1, and should be/],
    [only('Conv2D', { filters: 2, kernel_size: [3, 3, 3] }), 'bad-config', /kernel_size is \[3,3,3\]/],
    [only('Conv2D', { filters: 2, kernel_size: 9 }), 'bad-config', /Layer only: Conv2D: .*window of 9x9 does not fit/],
    [only('LeakyReLU', { alpha: 2 }), 'bad-config', /slope must be at least 0/],
    [only('Dense', { units: 1e12 }), 'bad-config', /units is 1000000000000/],
    [only('Dropout', {}), 'bad-config', /its rate is undefined/],
    [only('UpSampling2D', { size: [10_000, 10_000] }), 'too-large', /80000x80000x3 has more than/],
    [
      functional([inputLayer(), layer('ReLU', 'a', {}, ['b']), layer('ReLU', 'b', {}, ['a'])]),
      'bad-config',
      /needs \w, which needs it: a cycle/,
    ],
    [functional([inputLayer(), layer('ReLU', 'a', {}, ['a'])]), 'bad-config', /a cycle/],
    [
      functional([inputLayer(), layer('ReLU', 'a', {}, ['nowhere'])]),
      'bad-config',
      /"nowhere" is called for, but is no layer/,
    ],
    [functional([inputLayer(), layer('ReLU', 'in', {}, ['in'])]), 'bad-config', /Layer in: two layers have this name/],
    [
      functional([inputLayer(), { ...layer('Add', 'sum'), inbound_nodes: [7] as never }]),
      'bad-config',
      /what it is called with cannot be read: 7/,
    ],
  ])('%#: is refused', (config, code, message) => {
    const error = refusal(config);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('two inputs are one too many', () => {
    const second = layer('InputLayer', 'other', { batch_input_shape: [null, 8, 8, 3] });
    const error = refusal(functional([inputLayer(), second, layer('Add', 'sum', {}, ['in', 'other'])]));
    expect([error.code, error.layer]).toEqual(['unsupported-layer', 'other']);
  });

  it('an open input needs a size', () => {
    const open = only('GlobalAveragePooling2D', {}, [null, null, 3]);
    expect(refusal(open)).toMatchObject({ code: 'input-size-needed', message: /takes \?x\?x3; say which/ });
    expect(importKerasConfig(open, { size: [5, 6] }).graph.nodes[0]?.shape).toEqual([5, 6, 3]);
  });
});

describe('names that meet', () => {
  it('do not share parameters', () => {
    const conv = (name: string, filters: number, from: string) =>
      layer('Conv2D', name, { filters, kernel_size: 1 }, [from]);
    const { graph, variables } = importKerasConfig(
      functional([inputLayer(), conv('a.b', 3, 'in'), conv('a/b', 3, 'a.b')]),
    );
    expect(variables.map(({ path }) => path)).toEqual(['a.b.weight', 'a.b.bias', 'a.b_1.weight', 'a.b_1.bias']);
    expect(graph.nodes.map(({ path }) => path)).toEqual(['in', 'a.b', 'a.b_1']);
    const part = layer('SeparableConv2D', 'sep', { filters: 3, kernel_size: 1 }, ['in']);
    const error = refusal(functional([inputLayer(), part, conv('sep.pointwise', 3, 'sep')]));
    expect([error.code, error.layer]).toEqual(['bad-config', 'sep.pointwise']);
  });
});

describe('a configuration made to harm', () => {
  it('models within models without end', () => {
    let model = only('ReLU');
    for (let i = 0; i < 40; i++) {
      model = functional([
        inputLayer(),
        { ...layer('Functional', `m${i}`, {}, ['in']), config: { ...model.config, name: `m${i}` } },
      ]);
    }
    expect(refusal(model).code).toBe('too-large');
  });

  it('an inner model called twice, sixteen deep', () => {
    let model = functional([inputLayer(), layer('ReLU', 'r', {}, ['in'])]);
    for (let i = 0; i < 15; i++) {
      const inner = { ...layer('Functional', `m${i}`), config: { ...model.config, name: `m${i}` } };
      const twice = { ...inner, inbound_nodes: [[['in', 0, 0, {}]], [[`m${i}`, 1, 0, {}]]] };
      model = functional([inputLayer(), twice as never]);
      model.config.output_layers = [[`m${i}`, 2, 0]] as never;
    }
    const started = performance.now();
    expect(refusal(model).code).toBe('too-large');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('an inner model of many idle layers, called often; a name without end', () => {
    const idle = Array.from({ length: 15_000 }, (_, i) => layer('ReLU', `r${i}`, {}, ['in']));
    const inner = functional([inputLayer(), ...idle]);
    const calls = Array.from({ length: 4000 }, (_, i) => [[i === 0 ? 'in' : 'inner', i, 0, {}]]);
    const often = { ...layer('Functional', 'inner'), config: { ...inner.config, name: 'inner' }, inbound_nodes: calls };
    const model = functional([inputLayer(), often as never]);
    model.config.output_layers = [['inner', calls.length, 0]] as never;
    const started = performance.now();
    expect(importKerasConfig(model).graph.nodes).toHaveLength(4001);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(refusal(functional([inputLayer(), layer('Nothing', 'x'.repeat(1e6), {}, ['in'])]))).toMatchObject({
      code: 'too-large',
      message: "a layer's name has 1000000 characters.",
    });
  });

  it('too many layers, and a chain as long as is allowed', () => {
    const chain = (length: number) => ({
      class_name: 'Sequential',
      config: { layers: [inputLayer(), ...Array.from({ length }, (_, i) => layer('ReLU', `r${i}`))] },
    });
    expect(refusal(chain(30_000)).code).toBe('too-large');
    expect(importKerasConfig(chain(15_000)).graph.nodes).toHaveLength(15_001);
  });

  it('names and keys out of the prototype', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const model = functional([
      inputLayer(),
      ...names.map((name, i) =>
        layer('Conv2D', name, { filters: 2, kernel_size: 1 }, [i === 0 ? 'in' : (names[i - 1] ?? '')]),
      ),
    ]);
    const { graph, variables } = importKerasConfig(JSON.parse(JSON.stringify(model)));
    expect(graph.nodes.map(({ path }) => path)).toEqual(['in', ...names]);
    expect(variables).toHaveLength(6);
    const polluted = '{"class_name":"Sequential","config":{"__proto__":{"layers":[]},"name":"x"}}';
    expect(refusal(JSON.parse(polluted)).code).toBe('bad-config');
    expect(({} as { layers?: unknown }).layers).toBeUndefined();
  });
});
