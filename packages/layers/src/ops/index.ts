import type { OpAttributes, OpName } from '../attributes.js';
import { violation } from '../errors.js';
import type { ParamRole, ParamSpec } from '../graph.js';
import type { Shape } from '../shape.js';
import { conv2d } from './convolution.js';
import { dense } from './dense.js';
import {
  activation,
  add,
  batchNorm,
  dropout,
  layerNorm,
  layerScale,
  leakyRelu,
  multiply,
  rescale,
} from './elementwise.js';
import { adaptiveAvgPool, avgPool, globalAvgPool, maxPool } from './pooling.js';
import type { OpRule } from './rule.js';
import { channelShuffle, concat, custom, flatten, input, sliceChannels, zeroPad } from './structure.js';

/** Shape rule, validation and documentation of every op kind. */
export const opRules: { readonly [K in OpName]: OpRule<K> } = {
  input,
  conv2d,
  dense,
  batchNorm,
  activation,
  leakyRelu,
  add,
  multiply,
  concat,
  layerNorm,
  layerScale,
  rescale,
  sliceChannels,
  channelShuffle,
  maxPool,
  avgPool,
  globalAvgPool,
  adaptiveAvgPool,
  zeroPad,
  flatten,
  dropout,
  custom,
};

export const opNames = Object.keys(opRules) as readonly OpName[];

export const isOpName = (name: string): name is OpName => Object.hasOwn(opRules, name);

/** Validates a node and infers its output shape; throws an {@link OpViolation} where it cannot be. */
export function inferShape<K extends OpName>(
  op: K,
  inputs: readonly Shape[],
  attributes: OpAttributes[K],
  params: readonly ParamSpec[],
): Shape {
  const rule: OpRule<K> = opRules[op];
  if (rule.arity !== null && inputs.length !== rule.arity)
    violation(`takes ${rule.arity} input(s), got ${inputs.length}`);
  if (rule.params !== null) checkRoles(rule.params, params);
  rule.validate(attributes);
  return rule.shape(inputs, attributes, params);
}

function checkRoles(allowed: Readonly<Partial<Record<ParamRole, string>>>, params: readonly ParamSpec[]): void {
  const roles = params.map((param) => param.role);
  for (const role of roles) {
    if (allowed[role] === undefined) violation(`has no parameter of role ${role}`);
    if (roles.indexOf(role) !== roles.lastIndexOf(role)) violation(`has two parameters of role ${role}`);
  }
  for (const [role, need] of Object.entries(allowed)) {
    if (need === 'required' && !roles.some((given) => given === role)) violation(`needs a parameter of role ${role}`);
  }
}
