import { type Shape, sameShape } from '@convzoo/layers';
import { int, ints } from '../proto/model.js';
import { activate } from './activation.js';
import type { Emitter } from './emitter.js';
import { type ExportContext, type ExportRule, input, inputAs, result } from './rule.js';
import { channelAxis, type Value } from './value.js';

/** All inputs in the form of the first. */
function alike(context: ExportContext<'add' | 'concat' | 'multiply'>): readonly Value[] {
  const { form } = input(context);
  return context.inputs.map((value) => context.emit.as(value, form));
}

export const activation: ExportRule<'activation'> = (context) => {
  const { node, emit } = context;
  const x = input(context);
  return { ...x, name: activate(emit, node.path, x.name, node.attributes.function) };
};

export const add: ExportRule<'add'> = (context) => {
  const { node, emit } = context;
  const [x, y] = alike(context);
  if (x === undefined || y === undefined) throw new RangeError(`${node.path} needs two inputs`);
  const added = emit.op(node.path, 'Add', [x.name, y.name]);
  return result(node, activate(emit, node.path, added, node.attributes.activation), x.form);
};

/** One value a channel, in the form in which it multiplies `x`. */
function perChannel(emit: Emitter, path: string, y: Value, x: Value): string {
  const channels = y.shape.at(-1) ?? 1;
  if (x.shape.length !== 3) return emit.op(path, 'Flatten', [y.name], { axis: int(1) });
  const dims = x.form === 'channels-first' ? [channels, 1, 1] : [1, 1, channels];
  return emit.op(path, 'Reshape', [y.name, emit.integers(path, [0, ...dims])]);
}

export const multiply: ExportRule<'multiply'> = (context) => {
  const { node, emit } = context;
  const [x, y] = alike(context);
  if (x === undefined || y === undefined) throw new RangeError(`${node.path} needs two inputs`);
  // A 1x1 map in the form of x has its channels where x has them.
  const fits = sameShape(x.shape, y.shape) || (x.shape.length === 3 && y.shape.length === 3);
  const factor = fits ? y.name : perChannel(emit, node.path, y, x);
  return result(node, emit.op(node.path, 'Mul', [x.name, factor]), x.form);
};

export const concat: ExportRule<'concat'> = (context) => {
  const { node, emit } = context;
  const values = alike(context);
  const names = values.map(({ name }) => name);
  return result(
    node,
    emit.op(node.path, 'Concat', names, { axis: int(channelAxis(input(context))) }),
    input(context).form,
  );
};

export const sliceChannels: ExportRule<'sliceChannels'> = (context) => {
  const { node, emit } = context;
  const { start, size } = node.attributes;
  const x = input(context);
  // Start, end and axis.
  const bounds = [start, start + size, channelAxis(x)].map((bound) => emit.integers(node.path, [bound]));
  return result(node, emit.op(node.path, 'Slice', [x.name, ...bounds]), x.form);
};

export const channelShuffle: ExportRule<'channelShuffle'> = (context) => {
  const { node, emit } = context;
  const { groups } = node.attributes;
  const x = inputAs(context, 'channels-first');
  const [height = 1, width = 1, channels = 1] = x.shape;
  const { path } = node;
  const reshape = (name: string, dims: Shape): string =>
    emit.op(path, 'Reshape', [name, emit.integers(path, [0, ...dims])]);
  const dealt = reshape(x.name, [groups, channels / groups, height, width]);
  const gathered = emit.op(path, 'Transpose', [dealt], { perm: ints([0, 2, 1, 3, 4]) });
  return result(node, reshape(gathered, [channels, height, width]), 'channels-first');
};

export const rescale: ExportRule<'rescale'> = (context) => {
  const { node, emit } = context;
  const x = input(context);
  const constant = (values: readonly number[]): string => {
    const trailing = x.form === 'channels-first' ? [1, 1] : [];
    return emit.floats(node.path, values, values.length === 1 ? [] : [values.length, ...trailing]);
  };
  const scaled = emit.op(node.path, 'Mul', [x.name, constant(node.attributes.scale)]);
  return { ...x, name: emit.op(node.path, 'Add', [scaled, constant(node.attributes.offset)]) };
};
