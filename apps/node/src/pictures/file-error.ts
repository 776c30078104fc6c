import { ConvzooError } from '@convzoo/layers';

/** The file system's own error with a code and a sentence; any other error as it is. */
export function fileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return new ConvzooError('no-such-file', `${path}: there is no such file.`, { cause: error });
  if (code === 'EISDIR') return new ConvzooError('no-such-file', `${path} is a folder.`, { cause: error });
  if (code === 'EACCES')
    return new ConvzooError('cannot-read', `${path} may not be read: permission denied.`, { cause: error });
  return error;
}
