import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the SIMD kernel in src is what assembly/resample.ts compiles to (else: npm run kernel)', () => {
  const script = fileURLToPath(new URL('../scripts/kernel.mjs', import.meta.url));
  const compiled = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
  expect(compiled).toBe(readFileSync(new URL('../src/resize/simd-kernel.ts', import.meta.url), 'utf8'));
});
