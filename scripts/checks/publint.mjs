import { readFileSync } from 'node:fs';
import { packAll } from './packed.mjs';

/**
 * publint over every tarball: exports that point at files which are not published, formats that do not fit, and so on.
 * Suggestions count as problems too; there is no reason to leave one open.
 *
 * @returns {Promise<string[]>} problems
 */
export async function publintProblems() {
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const problems = [];
  for (const { name, tarball } of await packAll()) {
    const bytes = readFileSync(tarball);
    const { messages, pkg } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
      strict: true,
    });
    for (const message of messages) {
      // No repository: this project names no host it may not live on.
      if (message.path.join('.').startsWith('repository')) continue;
      problems.push(`${name}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
    }
  }
  return problems;
}
