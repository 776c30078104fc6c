import type { OpAttributes, OpName } from '../attributes.js';
import { violation } from '../errors.js';
import type { ParamRole, ParamSpec } from '../graph.js';
import { formatShape, isMapShape, type MapShape, type Shape } from '../shape.js';

/** Everything the vocabulary says about one op kind. */
export interface OpRule<K extends OpName> {
  /** One sentence for documentation and for people who look at a graph. */
  readonly summary: string;
  /** How many inputs it takes; `null` where the op decides itself. */
  readonly arity: number | null;
  /** Parameters by role, and whether the node may lack them; `null` where the op decides itself. */
  readonly params: Readonly<Partial<Record<ParamRole, 'required' | 'optional'>>> | null;
  /** Throws a violation where attributes make no sense whatever the input is. */
  validate(attributes: OpAttributes[K]): void;
  /** Output shape of one example; throws a violation where inputs, attributes and parameters do not fit. */
  shape(inputs: readonly Shape[], attributes: OpAttributes[K], params: readonly ParamSpec[]): Shape;
}

export function firstInput(inputs: readonly Shape[]): Shape {
  return inputs[0] ?? violation('needs an input');
}

/** The first input, which must be a feature map. */
export function mapInput(inputs: readonly Shape[]): MapShape {
  const shape = firstInput(inputs);
  return isMapShape(shape) ? shape : violation(`needs a map [height, width, channels], got ${formatShape(shape)}`);
}

export function shapeOfParam(params: readonly ParamSpec[], role: ParamRole): Shape | undefined {
  return params.find((param) => param.role === role)?.shape;
}

/** Checks the parameters that hold one value a channel. */
export function checkPerChannel(params: readonly ParamSpec[], channels: number, roles: readonly ParamRole[]): void {
  for (const role of roles) {
    const shape = shapeOfParam(params, role);
    if (shape !== undefined && (shape.length !== 1 || shape[0] !== channels)) {
      violation(`${role} must have one value for each of ${channels} channels, got ${formatShape(shape)}`);
    }
  }
}

export function checkPositive(name: string, values: readonly number[]): void {
  for (const value of values) {
    if (!Number.isSafeInteger(value) || value < 1)
      violation(`${name} must be whole numbers of at least 1, got ${values}`);
  }
}

export function checkNotNegative(name: string, values: readonly number[]): void {
  for (const value of values) {
    if (!Number.isSafeInteger(value) || value < 0)
      violation(`${name} must be whole numbers of at least 0, got ${values}`);
  }
}

export const anything = (): void => {};
