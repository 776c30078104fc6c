import type { ActivationFunction, FusedActivation } from '@convzoo/layers';
import { float } from '../proto/model.js';
import type { Emitter } from './emitter.js';

type Emit = (emit: Emitter, path: string, x: string) => string;

const plain =
  (op: string): Emit =>
  (emit, path, x) =>
    emit.op(path, op, [x]);

/** Each by the ONNX op of the same definition. */
const activations: { readonly [F in ActivationFunction]: Emit } = {
  relu: plain('Relu'),
  relu6: (emit, path, x) => emit.op(path, 'Clip', [x, emit.floats(path, [0], []), emit.floats(path, [6], [])]),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  hardSigmoid: (emit, path, x) => emit.op(path, 'HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) }),
  swish: (emit, path, x) => emit.op(path, 'Mul', [x, emit.op(path, 'Sigmoid', [x])]),
  hardSwish: plain('HardSwish'),
  // `approximate` is `none` by default: the error function.
  gelu: plain('Gelu'),
};

/** Applies an activation to the value `x` and returns the name of the result. */
export function activate(emit: Emitter, path: string, x: string, activation: FusedActivation): string {
  return activation === 'linear' ? x : activations[activation](emit, path, x);
}
