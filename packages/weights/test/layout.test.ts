import { Builder } from '@convzoo/layers';
import { describe, expect, test } from 'vitest';
import { fitsLayout, layoutOf, placesOf } from '../src/index.js';

/** Every kind of parameter there is. */
const graph = (() => {
  const nn = new Builder('kinds');
  let x = nn.conv2d(nn.input([6, 6, 4]), { name: 'conv', out: 6, kernel: [3, 2], bias: true });
  x = nn.depthwiseConv2d(nn.batchNorm(x, { name: 'bn' }), { name: 'dw', kernel: 3, multiplier: 2 });
  x = nn.conv2d(x, { name: 'grouped', out: 8, kernel: 1, groups: 4 });
  x = nn.dense(nn.flatten(x), { name: 'first', units: 3 });
  return nn.graph(nn.dense(x, { name: 'last', units: 2 }));
})();

describe.each(['torch', 'keras'] as const)('%s', (framework) => {
  test.each(placesOf(graph).map((place) => [place.spec.path, place] as const))(
    '%s: encode undoes decode',
    (_, place) => {
      for (const asConvolution of [false, true]) {
        const layout = layoutOf(place, framework, { asConvolution });
        const size = place.spec.shape.reduce((a, b) => a * b, 1);
        for (const shape of [layout.shape, ...layout.alternatives]) {
          expect(shape.reduce((a, b) => a * b, 1)).toBe(size);
          expect(fitsLayout(layout, shape)).toBe(true);
        }
        const data = Float32Array.from({ length: size }, (_v, i) => i);
        expect(layout.encode(layout.decode(data))).toEqual(data);
        expect(layout.decode(layout.encode(data))).toEqual(data);
      }
    },
  );
});

test('shapes in the frameworks, heads as convolutions among them', () => {
  const shapes = (framework: 'torch' | 'keras', asConvolution: boolean) =>
    Object.fromEntries(
      placesOf(graph).map((place) => [place.spec.path, layoutOf(place, framework, { asConvolution }).shape]),
    );
  expect(shapes('torch', false)).toMatchObject({
    'conv.weight': [6, 4, 3, 2],
    'conv.bias': [6],
    'dw.weight': [12, 1, 3, 3],
    'grouped.weight': [8, 3, 1, 1],
    'first.weight': [3, 336],
    'last.weight': [2, 3],
    'bn.running_var': [6],
  });
  expect(shapes('keras', false)).toMatchObject({
    'conv.weight': [3, 2, 4, 6],
    'dw.weight': [3, 3, 6, 2],
    'grouped.weight': [1, 1, 3, 8],
    'first.weight': [336, 3],
    'last.weight': [3, 2],
  });
  expect(shapes('torch', true)).toMatchObject({ 'first.weight': [3, 8, 6, 7], 'last.weight': [2, 3, 1, 1] });
  expect(shapes('keras', true)).toMatchObject({ 'first.weight': [6, 7, 8, 3], 'last.weight': [1, 1, 3, 2] });
});
