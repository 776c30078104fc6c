import { type CustomOp, defineOp, float32Tensor, type JsonObject, violation } from '@convzoo/layers';
import type { Ref } from './arrays.js';

const rateOf = (values: JsonObject): number => Number(values['rate']);

/** An op from outside with two inputs, a parameter and a value: x * rate + y * weight, channel by channel. */
export const blend: CustomOp = defineOp({
  name: 'test/blend',
  shape: ({ inputs: [x, y] }) => (x !== undefined && y !== undefined ? x : violation('needs two inputs')),
  macs: () => 0,
  compute([x, y], [weight], values) {
    const channels = weight!.data.length;
    return float32Tensor(
      x!.shape,
      x!.data.map((v, i) => v * rateOf(values) + y!.data[i]! * weight!.data[i % channels]!),
    );
  },
});

/** The same by definition, in float64. */
export const customReferences: Readonly<
  Record<string, (inputs: readonly Ref[], params: readonly Ref[], values: JsonObject) => Ref>
> = {
  'test/blend': ([x, y], [weight], values) => ({
    shape: x!.shape,
    data: x!.data.map((v, i) => v * rateOf(values) + y!.data[i]! * weight!.data[i % weight!.data.length]!),
  }),
};
