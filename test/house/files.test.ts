import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, workspacePackages } from '../../scripts/workspace/layout.mjs';

const text = (file: string) => readFileSync(join(root, file), 'utf8');

/** Source files of more than 400 lines, each with the reason why it is one notion all the same. */
const longFiles: Readonly<Record<string, string>> = {
  'packages/preprocessing/src/labels/imagenet-classes.ts': 'a list of the 1000 ImageNet classes',
};

/** Files that git tracks or would track; in a copy without git there is nothing to look at. */
function trackedFiles(): string[] {
  try {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, stdio: 'pipe' });
    return listed.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
  } catch {
    return [];
  }
}

describe('files', () => {
  const files = trackedFiles();
  const sources = files.filter((file) => /\.([cm]?[jt]s|tsx|svelte|css)$/.test(file) && !file.startsWith('fixtures/'));

  it('of source have at most 400 lines, or a reason', () => {
    const long = sources.filter((file) => text(file).split('\n').length > 401);
    const unexplained = long.filter((file) => !(file in longFiles));
    expect(unexplained, 'split it, or give the reason in test/house/files.test.ts').toEqual([]);
    if (files.length > 0)
      expect(
        Object.keys(longFiles).filter((file) => !long.includes(file)),
        'no longer long',
      ).toEqual([]);
  });

  it('have names in kebab-case', () => {
    const odd = sources.filter((file) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(file.split('/').at(-1) ?? ''));
    expect(odd).toEqual([]);
  });
});

describe('pnpm-lock.yaml', () => {
  it('names no host: whoever installs uses the registry of their own', () => {
    const hosts = text('pnpm-lock.yaml').match(/^.*(:\/\/|registry|tarball:).*$/gm) ?? [];
    expect(hosts).toEqual([]);
  });
});

describe('changesets', () => {
  const config = JSON.parse(text('.changeset/config.json'));

  it('publish openly, from main', () => {
    expect(config).toMatchObject({ access: 'public', baseBranch: 'main', commit: false });
  });

  it('name packages of this workspace', () => {
    const names = workspacePackages().map(({ manifest }) => manifest.name);
    const named = trackedFiles()
      .filter((file) => /^\.changeset\/.+\.md$/.test(file) && !file.endsWith('README.md'))
      .flatMap((file) => [...(text(file).split('---')[1] ?? '').matchAll(/^['"]?([^'":\s]+)['"]?\s*:/gm)])
      .map((match) => match[1]);
    expect(named.filter((name) => name === undefined || !names.includes(name))).toEqual([]);
  });
});
