import { Builder, type Graph } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { analyse, receptiveFields } from '../src/index.js';

/** Convolutions of these kernels one after another, `channels` everywhere, without biases. */
function stack(kernels: readonly number[], channels: number): Graph {
  const nn = new Builder(kernels.join('+'));
  let x = nn.input([28, 28, channels]);
  for (const kernel of kernels) x = nn.conv2d(x, { out: channels, kernel });
  return nn.graph(x);
}

const seen = (graph: Graph): number | undefined => receptiveFields(graph)[graph.output]?.height.size;

describe('what the papers argue with', () => {
  // Simonyan & Zisserman 2014, section 2.3: 3 (3^2 C^2) = 27 C^2 against 7^2 C^2 = 49 C^2, "81% more".
  it.each([
    [[3, 3], [5], 18, 25, 5],
    [[3, 3, 3], [7], 27, 49, 7],
  ])('%j sees what %j sees for %i instead of %i C^2 weights', (small, large, few, many, field) => {
    const channels = 64;
    const [a, b] = [stack(small, channels), stack(large, channels)];
    expect([seen(a), seen(b)]).toEqual([field, field]);
    expect(analyse(a).total.params).toBe(few * channels ** 2);
    expect(analyse(b).total.params).toBe(many * channels ** 2);
    expect(analyse(a).total.macs).toBe(28 * 28 * few * channels ** 2);
    expect(analyse(b).total.macs / analyse(a).total.macs).toBe(many / few);
  });

  // Howard et al. 2017, section 3.1: 1/N + 1/Dk^2.
  it('a separable convolution is 1/N + 1/Dk^2 of a full one: 0.1120876736111111 for N = 1024, Dk = 3', () => {
    const [size, inputs, N] = [14, 512, 1024];
    const full = new Builder('full');
    const standard = full.graph(full.conv2d(full.input([size, size, inputs]), { out: N, kernel: 3 }));
    const nn = new Builder('separable');
    const depthwise = nn.depthwiseConv2d(nn.input([size, size, inputs]), { kernel: 3 });
    const separable = nn.graph(nn.conv2d(depthwise, { out: N, kernel: 1 }));
    const ratio = analyse(separable).total.macs / analyse(standard).total.macs;
    expect(ratio).toBe(0.1120876736111111);
    expect(ratio).toBe(1 / N + 1 / 3 ** 2);
    expect(analyse(separable).total.params / analyse(standard).total.params).toBe(ratio);
  });

  it('an identity shortcut costs one addition an element and nothing else', () => {
    const [plain, shortcut] = [false, true].map((residual) => {
      const nn = new Builder('block');
      const x = nn.input([8, 8, 16]);
      const y = nn.conv2d(x, { out: 16, kernel: 3 });
      return analyse(nn.graph(residual ? nn.add(y, x) : y)).total;
    });
    const { params, macs, flops, weightBytes } = plain!;
    expect(shortcut).toMatchObject({ params, macs, flops, weightBytes });
    expect(shortcut!.elementwise - plain!.elementwise).toBe(8 * 8 * 16);
  });
});
