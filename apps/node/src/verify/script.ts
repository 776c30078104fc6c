import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The Python script that makes golden records, as @convzoo/parity ships it. */
export function script(): string {
  const path = createRequire(import.meta.url).resolve('@convzoo/parity/record_golden.py');
  return readFileSync(path, 'utf8');
}
