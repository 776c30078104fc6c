import { formatShape, type Shape } from '@convzoo/layers';
import type { DialectName } from './dialects/index.js';
import { WeightsError } from './errors.js';

/** A parameter of the network that the file does not have. */
export interface MissingParam {
  readonly path: string;
  /** What it would be called in the file. */
  readonly name: string;
  /** In the file's layout. */
  readonly shape: Shape;
}

/** A tensor that the network does not want. */
export interface UnexpectedTensor {
  readonly name: string;
  readonly shape: Shape;
}

/** A parameter whose tensor has another shape. */
export interface MisshapedParam extends MissingParam {
  readonly found: Shape;
}

/** Every way in which a file and a network differ. */
export interface Misfit {
  readonly dialect: DialectName;
  readonly missing: readonly MissingParam[];
  readonly unexpected: readonly UnexpectedTensor[];
  readonly misshaped: readonly MisshapedParam[];
}

/** Lines of each kind in a message; the error's fields have all of them. */
const MAX_LINES = 8;

/** The tensors of a file are not those of a network. `misfit` has every difference, the message the first of them. */
export class WeightsFitError extends WeightsError {
  readonly misfit: Misfit;

  constructor(message: string, misfit: Misfit) {
    super('weights-do-not-fit', message);
    this.misfit = misfit;
  }
}

export interface MisfitSubject {
  readonly file: string;
  readonly graph: string;
  /** Parameters of the network. */
  readonly total: number;
  /** Paths of the classifier's parameters. */
  readonly head: ReadonlySet<string>;
}

export function fitError(misfit: Misfit, subject: MisfitSubject): WeightsFitError {
  const { missing, unexpected, misshaped, dialect } = misfit;
  const { file, graph, total } = subject;
  const counts = [
    missing.length > 0 && `${missing.length} of its ${total} parameters are missing`,
    misshaped.length > 0 && `${misshaped.length} have another shape`,
    unexpected.length > 0 && `${unexpected.length} tensors of the file are not wanted`,
  ].filter((part) => part !== false);
  const lines = [
    `${file} does not fit ${graph} (read as ${dialect}): ${counts.join(', ')}.`,
    advice(misfit, subject),
    ...list('missing', missing, ({ path, name, shape }) => `${named(path, name)} ${formatShape(shape)}`),
    ...list(
      'mis-shaped',
      misshaped,
      ({ path, name, shape, found }) =>
        `${named(path, name)} needs ${formatShape(shape)}, the file has ${formatShape(found)}`,
    ),
    ...list('unexpected', unexpected, ({ name, shape }) => `${name} ${formatShape(shape)}`),
  ];
  return new WeightsFitError(lines.join('\n'), misfit);
}

const named = (path: string, name: string): string => (path === name ? path : `${path} (${name} in the file)`);

function list<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  const shown = items.slice(0, MAX_LINES).map((item) => `  ${title}: ${line(item)}`);
  return items.length > MAX_LINES ? [...shown, `  ${title}: and ${items.length - MAX_LINES} more`] : shown;
}

function advice(misfit: Misfit, { total, head }: MisfitSubject): string {
  const { missing, misshaped } = misfit;
  const classes = otherClasses(misfit, head);
  if (classes !== undefined) {
    return `Only the classifier differs: it has ${classes.found} classes in the file and ${classes.needed} in the network. Build the network for ${classes.found} classes, or leave the classifier out and train a new one.`;
  }
  if (missing.length + misshaped.length > total / 2) return 'These are the weights of another network.';
  if (missing.length === 0 && misshaped.length === 0) {
    return 'The network itself is all there; is the file of a larger one, or has it more than weights?';
  }
  return 'Was the network built in the variant, width and number of classes of the file?';
}

/** Classes of a classifier, in the file and in the network. */
export interface OtherClasses {
  readonly found: number;
  readonly needed: number;
}

/** The two numbers of classes, if these are the whole difference. `head` has the paths of the classifier's parameters. */
export function otherClasses(misfit: Omit<Misfit, 'dialect'>, head: ReadonlySet<string>): OtherClasses | undefined {
  const { missing, misshaped, unexpected } = misfit;
  const [first] = misshaped;
  if (first === undefined || missing.length > 0 || unexpected.length > 0) return undefined;
  if (misshaped.some(({ path }) => !head.has(path))) return undefined;
  // The axis that differs is the classes', first in torch and last in Keras.
  const axis = first.shape.findIndex((extent, i) => extent !== first.found[i]);
  const [found, needed] = [first.found[axis], first.shape[axis]];
  return found === undefined || needed === undefined || first.found.length !== first.shape.length
    ? undefined
    : { found, needed };
}
