import { Builder, type Graph } from '@convzoo/layers';
import { analyse } from '../analyse.js';
import { receptiveFields } from '../receptive-field.js';
import type { Claim } from './claim.js';

export interface SmallKernelOptions {
  /** 3x3 convolutions, one after another: 2 see what a 5x5 sees, 3 what a 7x7 sees. */
  readonly count: number;
  /** Channels in and out of every layer. */
  readonly channels?: number;
  /** Height and width of the maps. */
  readonly size?: number;
}

function stack(kernels: readonly number[], channels: number, size: number): Graph {
  const nn = new Builder(kernels.map((kernel) => `${kernel}x${kernel}`).join(' + '));
  let x = nn.input([size, size, channels]);
  for (const kernel of kernels) x = nn.conv2d(x, { out: channels, kernel });
  return nn.graph(x);
}

/** A stack of 3x3 convolutions sees as much as one large kernel, for less. */
export function smallKernels({ count, channels = 64, size = 56 }: SmallKernelOptions): Claim {
  const large = 2 * count + 1;
  const small = stack(
    Array.from({ length: count }, () => 3),
    channels,
    size,
  );
  const one = stack([large], channels, size);
  const [few, many] = [analyse(small).total, analyse(one).total];
  const seen = (graph: Graph): number => receptiveFields(graph)[graph.output]?.height.size ?? 0;
  const [weights, pixels] = [9 * count, size * size];
  return {
    name: `${['no', 'one', 'two', 'three', 'four'][count] ?? count}-3x3`,
    claim:
      `${count} convolutions of 3x3 see ${large}x${large} pixels, as one of ${large}x${large} does, with ${weights} C^2 ` +
      `weights in place of ${large * large} C^2, and ${count} non-linearities in place of one.`,
    derivation: [
      `Each 3x3 at stride 1 sees 2 pixels more: 1 + ${count} x 2 = ${large}.`,
      `C channels in and out: ${count} x 3^2 C^2 = ${weights} C^2 weights against ${large}^2 C^2 = ${large * large} C^2.`,
      'MACs are weights times positions of the output, so they are in the same ratio.',
      `${large * large} / ${weights} = ${((large * large) / weights).toFixed(4)}: one large kernel has ` +
        `${((100 * large * large) / weights - 100).toFixed(0)} % more.`,
    ],
    numbers: [
      { label: `sees (${small.name})`, value: seen(small), unit: 'pixels', formula: large },
      { label: `sees (${one.name})`, value: seen(one), unit: 'pixels', formula: large },
      { label: small.name, value: few.params, unit: 'parameters', formula: weights * channels ** 2 },
      { label: one.name, value: many.params, unit: 'parameters', formula: large ** 2 * channels ** 2 },
      { label: small.name, value: few.macs, unit: 'MACs', formula: pixels * weights * channels ** 2 },
      { label: one.name, value: many.macs, unit: 'MACs', formula: pixels * large ** 2 * channels ** 2 },
      { label: 'large over small', value: many.macs / few.macs, unit: 'ratio', formula: large ** 2 / weights },
    ],
    source: 'Simonyan and Zisserman 2014, section 2.3 (arXiv 1409.1556): three 3x3 and one 7x7, "81% more"',
  };
}
