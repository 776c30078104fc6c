import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from '../../scripts/workspace/fingerprint.mjs';
import { type Manifest, root, workspacePackages } from '../../scripts/workspace/layout.mjs';

/** A package as the checks see it: plain data, so that a test can plant a fault without writing files. */
export interface Package {
  /** Relative to the root: `packages/zoo`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** TypeScript files of `src` and `test`: path inside the package to text. */
  readonly files: ReadonlyMap<string, string>;
}

export function readWorkspace(): Package[] {
  return workspacePackages().map(({ folder, manifest }) => ({
    folder,
    manifest,
    files: new Map(
      [...filesUnder(`${folder}/src`), ...filesUnder(`${folder}/test`)]
        .filter((file) => /\.[cm]?tsx?$/.test(file) && !file.includes('/fixtures/'))
        .map((file) => [file.slice(folder.length + 1), readFileSync(join(root, file), 'utf8')]),
    ),
  }));
}

/** `packages/zoo` -> `zoo`, the name of the room in the table of arrows. */
export function roomOf(folder: string): string {
  return folder.startsWith('packages/') ? folder.slice('packages/'.length) : folder;
}
