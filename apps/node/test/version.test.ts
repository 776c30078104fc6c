import { expect, test } from 'vitest';
import { program } from '../src/program.js';
import { version } from '../src/version.js';

test.each(['--version', '-V'])('%s is answered before any command is loaded', async (flag) => {
  const root = await program(flag);
  expect(root.commands).toEqual([]);
  let written = '';
  root.configureOutput({ writeOut: (text) => (written += text) });
  await expect(root.parseAsync(['node', 'convzoo', flag])).rejects.toMatchObject({ exitCode: 0 });
  expect(written).toBe(`${version()}\n`);
});
