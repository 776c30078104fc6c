/**
 * The base of every error that convzoo throws on purpose. `code` is stable and made for programs; `message` says what
 * was received and what to do.
 */
export class ConvzooError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A graph that cannot exist: the node's path, what it got and what it needed. */
export class GraphError extends ConvzooError {
  /** Path of the node that could not be built, e.g. `layer1.0.conv1`; empty where no single node is at fault. */
  readonly path: string;

  constructor(code: string, path: string, message: string, options?: ErrorOptions) {
    super(code, path === '' ? message : `${path}: ${message}`, options);
    this.path = path;
  }
}

/** Thrown by the rules of one op, which know nothing of paths; the builder turns it into a {@link GraphError}. */
export class OpViolation extends Error {}

/** Throws an {@link OpViolation}. As an expression it narrows: `const x = inputs[0] ?? violation('...')`. */
export function violation(message: string): never {
  throw new OpViolation(message);
}
