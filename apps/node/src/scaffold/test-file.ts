import type { NetworkNames } from './names.js';

/** Of the template at 64x64; a test of ours counts them again. */
const COUNTS = { params: 141_706, macs: 5_992_960 };

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '_');

/** A test for Node's own runner: it needs Node and convzoo, nothing else. */
export const testSource = ({ file, snake }: NetworkNames): string =>
  `// Run it with:  node --test ${file}.test.mjs
// It needs no packages: convzoo is the one that is installed here, or else the one that npx fetches.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cwd = dirname(fileURLToPath(import.meta.url));

/** What a command of convzoo prints; an exit code other than 0 fails the test. */
const convzoo = (...args) =>
  execFileSync('npx', ['convzoo', ...args], { cwd, encoding: 'utf8', shell: process.platform === 'win32' });

test('${file} has the parameters and multiply-accumulates that it should have', () => {
  const { total, rows } = JSON.parse(convzoo('cost', '${file}.ts', '--json'));
  // Those of the template: put in what the paper says, or what you counted by hand.
  assert.equal(total.params, ${grouped(COUNTS.params)});
  assert.equal(total.macs, ${grouped(COUNTS.macs)});
  assert.deepEqual(rows.at(-1).shape, [10]);
});

// Numbers of the same network in Python, from the two files beside this one:
//   python record_golden.py ${snake}.py:build --size 64 --taps all -o ${file}.jsonl
const golden = '${file}.jsonl';
const skip = existsSync(\`\${cwd}/\${golden}\`) ? false : \`\${golden} is not there yet: record_golden.py makes it\`;

test('${file} computes what Python computes, layer by layer', { skip }, () => {
  const [record] = JSON.parse(convzoo('verify', '${file}.ts', '--golden', golden, '--json'));
  assert.equal(record.agrees, true);
});
`;
