/** An error as it goes between threads. */
export interface PlainError {
  readonly name: string;
  /** Kebab-case for errors of ours, undefined for others. */
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

/** An error that was thrown in another thread; `code` is that of the package that threw it. */
export class RemoteError extends Error {
  override readonly name: string;
  readonly code: string | undefined;

  constructor({ name, code, message, stack }: PlainError) {
    super(message);
    this.name = name;
    this.code = code;
    if (stack !== undefined) this.stack = stack;
  }
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', code: undefined, message: String(error), stack: undefined };
  const { name, message, stack } = error;
  return { name, code: codeOf(error), message, stack };
}

export const fromPlain = (plain: PlainError): RemoteError => new RemoteError(plain);

/** The code of an error of ours, or the name of one of the platform (`NotAllowedError`). */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof DOMException ? error.name : undefined;
}
