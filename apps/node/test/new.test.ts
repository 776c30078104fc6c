import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesOf } from '../src/scaffold/names.js';
import { run } from './run.js';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
// Outside of the workspace: no node_modules is near but the one with convzoo that a user would have.
const folder = mkdtempSync(join(tmpdir(), 'convzoo-new-'));
afterAll(() => rmSync(folder, { recursive: true }));
const here = { cwd: folder };
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(async () => {
  // As `npm install convzoo` would leave it.
  const bin = join(folder, 'node_modules/.bin/convzoo');
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${at('apps/node/dist/main.js')}" "$@"\n`);
  chmodSync(bin, 0o755);
  const { code, stderr } = await run(['new', 'my-net'], here);
  expect(code, stderr).toBe(0);
});

describe('new', () => {
  it('writes a network that is the one of examples/, in both languages, and the script of parity', async () => {
    const [ours, example] = await Promise.all([
      run(['cost', './my-net.ts', '--json'], here),
      run(['cost', at('examples/my-net.ts'), '--json']),
    ]);
    expect(ours.code).toBe(0);
    expect(JSON.parse(ours.stdout)).toEqual(JSON.parse(example.stdout));
    const code = (text: string): string => text.slice(text.indexOf('from torch'));
    expect(code(read('my_net.py'))).toBe(code(readFileSync(at('examples/my_net.py'), 'utf8')));
    expect(read('record_golden.py')).toBe(readFileSync(at('packages/parity/python/record_golden.py'), 'utf8'));
    expect((await run(['graph', './my-net.ts'], here)).stdout).toContain('stage1');
  });

  // npx is a batch file on Windows, and this one's convzoo a shell script.
  it.skipIf(process.platform === 'win32')(
    'its test runs as its first line says, with golden records and without',
    async () => {
      const [, command = ''] = /^\/\/ Run it with: {2}node (.*)$/m.exec(read('my-net.test.mjs')) ?? [];
      // The runner of this file must not be taken for a parent by Node's.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const test = () => promisify(execFile)(process.execPath, command.split(' '), { ...here, env });
      expect((await test()).stdout).toMatch(/pass 1\n.*fail 0\n.*skipped 1\n/s);
      copyFileSync(at('fixtures/parity/my-net.jsonl'), join(folder, 'my-net.jsonl'));
      expect((await test()).stdout).toMatch(/pass 2\n.*fail 0\n.*skipped 0\n/s);
      // And it can fail.
      writeFileSync(join(folder, 'my-net.ts'), read('my-net.ts').replace('[1, 2, 3]', '[1, 2]'));
      await expect(test()).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/fail 2\n/) });
    },
    120_000,
  );

  it('writes nothing over, and nothing at all then', async () => {
    const kept = read('my_net.py');
    writeFileSync(join(folder, 'other.test.mjs'), 'mine');
    const { code, stdout, stderr } = await run(['new', 'other'], here);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/other\.test\.mjs is there already, and nothing is written over/);
    expect(readdirSync(folder).filter((name) => name.startsWith('other'))).toEqual(['other.test.mjs']);
    expect((await run(['new', 'my-net'], here)).code).toBe(2);
    expect(read('my_net.py')).toBe(kept);
  });

  it('makes the folder, shares the script with a second network, and names the commands', async () => {
    const first = await run(['new', 'class', '--dir', 'some nets', '--json'], here);
    expect(JSON.parse(first.stdout)).toEqual({
      name: 'class',
      files: ['class.ts', 'class.test.mjs', 'class.py', 'record_golden.py'].map((name) => join('some nets', name)),
    });
    const second = await run(['new', 'residual.ts', '--dir', 'some nets'], here);
    expect([second.code, second.stdout]).toEqual([0, expect.not.stringContaining('record_golden')]);
    expect(second.stderr).toContain("convzoo cost 'some nets/residual.ts'");
    for (const line of second.stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const name of ['class', 'residual']) {
      const { code, stdout, stderr } = await run(['cost', `some nets/${name}.ts`, '--json'], here);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout).model).toBe(name);
    }
  });

  it.each(['../up', '1st', 'a b', '', 'x'.repeat(61), '-x.y'])('refuses the name %j', async (name) => {
    const { code, stderr } = await run(['new', '--', name], here);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot name a network.*--dir/)]);
  });

  it('spells names as the languages want them', () => {
    expect(namesOf('my-small_net2.ts')).toEqual({
      file: 'my-small_net2',
      camel: 'mySmallNet2',
      pascal: 'MySmallNet2',
      snake: 'my_small_net2',
    });
    expect(namesOf('None')).toMatchObject({ camel: 'none', pascal: 'NoneNet' });
    expect(namesOf('new').camel).toBe('newNet');
  });
});
