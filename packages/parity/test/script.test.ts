/** The rule as record_golden.py has it, against the worked examples: the same bits as `@convzoo/weights/golden` gives. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../python', import.meta.url));
const examples = fileURLToPath(new URL('../../../fixtures/goldens/fill-check.jsonl', import.meta.url));

const PROGRAM = `
import json, math, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import record_golden as g
import numpy as np
for line in open(sys.argv[2]):
    r = json.loads(line)
    if "role" not in r:
        continue
    n = math.prod(r["shape"])
    if r["role"].startswith("input"):
        v = g.fill_input(r["shape"], r["role"].split("-")[1])
    else:
        v = g.fill(r["path"], r["shape"], r["role"], r.get("fan_in") or 1, r.get("log4") or 0)
    v = v.ravel()
    bits = ["%08x" % b for b in v[:4].view(np.uint32)]
    print(json.dumps([r["path"], bits, float("%.9g" % v[-1])]))
`;

it('fills as the worked examples do, bit for bit', (context) => {
  const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
  if (python.status !== 0) context.skip('python3 with numpy is not there, which record_golden.py needs');
  const ran = spawnSync('python3', ['-c', PROGRAM, folder, examples], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  const made = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const records = readFileSync(examples, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const wanted = records.filter(({ role }) => role !== undefined);
  expect(wanted.length).toBeGreaterThan(14);
  expect(made).toEqual(wanted.map(({ path, float32_bits, last }) => [path, float32_bits, last]));
});

it('is Python that parses, and says what it takes', (context) => {
  const script = `${folder}/record_golden.py`;
  const parsed = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', script], {
    encoding: 'utf8',
  });
  if (parsed.error !== undefined) context.skip('python3 is not there');
  expect(parsed.stderr).toBe('');
});
