import { violation } from '../errors.js';
import { formatShape } from '../shape.js';
import { checkPerChannel, checkPositive, mapInput, type OpRule, shapeOfParam } from './rule.js';
import { checkWindow, windowOutput } from './window.js';

export const conv2d: OpRule<'conv2d'> = {
  summary: 'Two-dimensional convolution, grouped or depthwise, with an optional bias and fused activation.',
  arity: 1,
  params: { kernel: 'required', bias: 'optional' },
  validate(attributes) {
    checkWindow({ ...attributes, size: [1, 1] });
    checkPositive('groups', [attributes.groups]);
  },
  shape(inputs, attributes, params) {
    const input = mapInput(inputs);
    const kernel = shapeOfParam(params, 'kernel') ?? violation('needs a kernel');
    const [kh, kw, perGroup, out] = kernel;
    if (kernel.length !== 4 || kh === undefined || kw === undefined || perGroup === undefined || out === undefined) {
      return violation(`the kernel must be [kh, kw, in / groups, out], got ${formatShape(kernel)}`);
    }
    checkPositive('the kernel', kernel);
    const { groups } = attributes;
    if (perGroup * groups !== input[2]) {
      violation(
        `the input has ${input[2]} channels, but a kernel of ${formatShape(kernel)} in ${groups} group(s) needs ` +
          `${perGroup * groups}`,
      );
    }
    if (out % groups !== 0) violation(`${out} output channels do not divide into ${groups} groups`);
    checkPerChannel(params, out, ['bias']);
    return [...windowOutput(input, { ...attributes, size: [kh, kw] }), out];
  },
};
