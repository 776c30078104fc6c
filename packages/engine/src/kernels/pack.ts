import { scaledByDoubles } from '../wasm/doubles.js';
import { ModuleWriter } from '../wasm/module.js';
import { add, type I32, load, loadInt, mul, ne, rotateLeft } from '../wasm/values.js';
import { type Arithmetic, hasVectors } from './arithmetic.js';
import { HALF_PANEL_BYTES } from './half.js';
import { MAXIMUM_PAGES } from './memory-limit.js';
import { earlyWinogradKernels, winogradForms } from './winograd-forms.js';
import { winogradWeights } from './winograd-weights.js';

/**
 * What puts weights into the form that the kernels read, as a module of its own: small enough to be compiled at once on any
 * thread. Raw weights lie in rows of `rowBytes` bytes, whole panels of 8 floats.
 */
export function packModule(arithmetic: Arithmetic, shared: boolean): Uint8Array<ArrayBuffer> {
  const kind = `${hasVectors(arithmetic)} ${shared}`;
  const module = written.get(kind) ?? writePackModule(hasVectors(arithmetic), shared);
  written.set(kind, module);
  return module;
}

/** Every network is packed by the same code, which takes some milliseconds to write. */
const written = new Map<string, Uint8Array<ArrayBuffer>>();

function writePackModule(vectors: boolean, shared: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter({ vectors });

  // Rows of whole panels, each value by the float64 of its column.
  module.function('scale', (fn) => {
    const [raw, rows, panels, factors] = fn.params(4) as readonly [I32, I32, I32, I32];
    const at = fn.let(raw);
    const x = fn.local('v128');
    fn.for(0, rows, () => {
      const factor = fn.let(factors);
      fn.for(0, panels, () => {
        for (const half of [0, 16]) {
          fn.set(x, load(at, half));
          fn.store(at, scaledByDoubles(x, half === 0 ? factor : add(factor, 32)), half);
        }
        fn.increase(at, 32);
        fn.increase(factor, 64);
      });
    });
  });

  // Row r of panel j goes to out + j * panelBytes + 32 r.
  module.function('panels', (fn) => {
    const [raw, rowBytes, rows, panels, out, panelBytes] = fn.params(6) as Six;
    fn.for(0, panels, (j) => {
      const from = fn.let(add(raw, mul(j, 32)));
      const to = fn.let(add(out, mul(j, panelBytes)));
      fn.for(0, rows, () => {
        fn.store(to, load(from));
        fn.store(to, load(from, 16), 16);
        fn.increase(from, rowBytes);
        fn.increase(to, 32);
      });
    });
  });

  // The same for rows of halves.
  module.function('halfPanels', (fn) => {
    const [raw, rowBytes, rows, panels, out, panelBytes] = fn.params(6) as Six;
    fn.for(0, panels, (j) => {
      const from = fn.let(add(raw, mul(j, HALF_PANEL_BYTES)));
      const to = fn.let(add(out, mul(j, panelBytes)));
      fn.for(0, rows, () => {
        fn.store(to, load(from));
        fn.increase(from, rowBytes);
        fn.increase(to, HALF_PANEL_BYTES);
      });
    });
  });

  // Eight sums over words, each of every eighth, in `state`: a changed, lost or moved word changes one.
  module.function('checksum', (fn) => {
    const [address, bytes, state] = fn.params(3) as readonly [I32, I32, I32];
    const sums = Array.from({ length: 8 }, (_, i) => fn.let(loadInt(state, 4 * i)));
    const at = fn.let(address);
    const end = fn.let(add(at, bytes));
    fn.doWhile(
      () => {
        sums.forEach((sum, i) => {
          fn.set(sum, mul(add(rotateLeft(sum, 13), loadInt(at, 4 * i)), CHECKSUM_PRIME));
        });
        fn.increase(at, 32);
      },
      () => ne(at, end),
    );
    sums.forEach((sum, i) => {
      fn.storeInt(state, sum, 4 * i);
    });
  });

  // Nine taps `tapBytes` apart into planes `planeBytes` apart, each as above.
  for (const name of earlyWinogradKernels) module.function(name, (fn) => winogradWeights(fn, winogradForms[name]));
  return module.encode({ shared, maximumPages: MAXIMUM_PAGES });
}

/** Of XXH32, as an integer with a sign. */
const CHECKSUM_PRIME = 2_654_435_761 | 0;

type Six = readonly [I32, I32, I32, I32, I32, I32];
