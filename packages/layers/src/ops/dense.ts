import { violation } from '../errors.js';
import { formatShape } from '../shape.js';
import { anything, checkPerChannel, checkPositive, firstInput, type OpRule, shapeOfParam } from './rule.js';

export const dense: OpRule<'dense'> = {
  summary: 'Fully connected layer: the input vector times a matrix, with an optional bias and fused activation.',
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
    if (input.length !== 1) violation(`needs a vector, got a map of ${formatShape(input)}; flatten or pool it first`);
    if (input[0] !== features)
      violation(`the input has ${input[0]} features, the kernel of ${formatShape(kernel)} needs ${features}`);
    checkPerChannel(params, units, ['bias']);
    return [units];
  },
};
