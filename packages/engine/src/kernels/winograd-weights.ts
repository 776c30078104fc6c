import type { FunctionWriter } from '../wasm/function.js';
import { add, type I32, load, mul, type V128 } from '../wasm/values.js';
import type { Form } from './winograd-forms.js';

type Six = readonly [I32, I32, I32, I32, I32, I32];

/** Nine taps `tapBytes` apart, in rows of panels, into planes `planeBytes` apart: row r of panel j is `j * panelBytes + 32 r` behind. */
export function winogradWeights(fn: FunctionWriter, { taps: side }: Form): void {
  const [raw, rowBytes, rows, panels, out, panelBytes] = fn.params(6) as Six;
  const [tapBytes, planeBytes] = fn.params(2) as readonly [I32, I32];
  fn.for(0, panels, (j) => {
    const from = fn.let(add(raw, mul(j, 32)));
    const to = fn.let(add(out, mul(j, panelBytes)));
    fn.for(0, rows, () => {
      for (const half of [0, 16]) {
        const at = fn.let(from);
        const taps = Array.from({ length: 9 }, () => {
          const tap = fn.let(load(at, half));
          fn.increase(at, tapBytes);
          return tap;
        });
        const column = (x: number): readonly V128[] => [0, 3, 6].flatMap((y) => taps[x + y] ?? []);
        const columns = [0, 1, 2].map((x) => side(fn, column(x)));
        const place = fn.let(to);
        columns[0]?.forEach((_, y) => {
          for (const value of side(
            fn,
            columns.flatMap((lines) => lines[y] ?? []),
          )) {
            fn.store(place, value, half);
            fn.increase(place, planeBytes);
          }
        });
      }
      fn.increase(from, rowBytes);
      fn.increase(to, 32);
    });
  });
}
