import { ConvzooError } from '@convzoo/layers';

/** Codes of the app's own errors; others come from the packages. Each has words in `strings/errors.ts`. */
export type AppErrorCode =
  | 'aborted'
  | 'backend-lost'
  | 'backend-unavailable'
  | 'clipboard-without-picture'
  | 'compute-lost'
  | 'drop-files-again'
  | 'no-camera'
  | 'no-fitting-network'
  | 'no-picture-input'
  | 'no-weights'
  | 'page-not-loaded'
  | 'text-too-large';

/** Something that the app cannot do, said so that a user knows what to do instead. */
export class AppError extends ConvzooError {
  declare readonly code: AppErrorCode;

  constructor(code: AppErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
