import { violation } from '../errors.js';
import { channelsOf, formatShape } from '../shape.js';
import { anything, checkPerChannel, checkPositive, firstInput, type OpRule, shapeOfParam } from './rule.js';

export const dense: OpRule<'dense'> = {
  summary:
    'Fully connected layer: a vector, or the channels of every pixel of a map, times a matrix; bias and activation.',
  arity: 1,
  params: { kernel: 'required', bias: 'optional' },
  validate: anything,
  shape(inputs, _, params) {
    const input = firstInput(inputs);
    const kernel = shapeOfParam(params, 'kernel') ?? violation('needs a kernel');
    const [features, units] = kernel;
    if (kernel.length !== 2 || features === undefined || units === undefined) {
      return violation(`the kernel must be [in, out], got ${formatShape(kernel)}`);
    }
    checkPositive('the kernel', kernel);
    if (channelsOf(input) !== features) {
      violation(
        input.length === 1
          ? `the input has ${input[0]} features, the kernel of ${formatShape(kernel)} needs ${features}`
          : `the kernel of ${formatShape(kernel)} needs ${features} features, got a map of ${formatShape(input)}; flatten or pool it first`,
      );
    }
    checkPerChannel(params, units, ['bias']);
    return [...input.slice(0, -1), units];
  },
};
