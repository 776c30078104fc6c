import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConvzooError } from '@convzoo/layers';
import { writeFileAtomic } from '@convzoo/weights/node';

/**
 * Makes a folder and sees that files can be written to it, before hours of work end in one that refuses them.
 *
 * @throws ConvzooError `cannot-write`
 */
export async function prepareFolder(folder: string): Promise<void> {
  const probe = join(folder, `.convzoo-${process.pid}`);
  try {
    await makeFolder(folder);
    await writeFileAtomic(probe, '');
    await rm(probe, { force: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConvzooError('cannot-write', `The folder ${folder} cannot be written to (${why}). Choose another.`, {
      cause: error,
    });
  }
}

// Node 20's own recursive mkdir never returns for a new folder in /proc: ENOENT makes it try the parent, which is there,
// and so on for ever (the same on Windows for names that cannot be: nodejs/node#28599). So this goes step by step.
async function makeFolder(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => undefined);
  if (info?.isDirectory() === true) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || info !== undefined) throw error;
  });
}
