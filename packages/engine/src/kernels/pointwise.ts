import type { FunctionWriter } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  and,
  constant,
  div,
  eq,
  f32,
  fadd,
  fdiv,
  fmul,
  fsqrt,
  fsub,
  type I32,
  load,
  loadFloat,
  loadInt,
  mul,
  rem,
  splat,
  sub,
  toFloat,
  vadd,
  vlt,
  vmul,
  vselect,
} from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { shareOf } from './split.js';
import { clamp } from './tiles.js';

/** What touches every value once: sums, gates, norms, slopes, copies of channels. */
export function writePointwise(module: ModuleWriter, arithmetic: Arithmetic): void {
  const madd = maddOf(arithmetic);

  // y = clamp(a + b), vectors.
  module.function('add', (fn) => {
    const [a, b, y, vectors] = fn.params(4) as Four;
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const [least, most] = [fn.let(splat(lo)), fn.let(splat(hi))];
    forVectors(fn, vectors, p, P, (at) =>
      fn.store(add(y, at), clamp(vadd(load(add(a, at)), load(add(b, at))), least, most)),
    );
  });

  // y = x * gate, the gate a pixel an image (squeeze and excitation) or as large as x; lines of `pixel` bytes.
  module.function('multiply', (fn) => {
    const [x, gate, y, pixels, pixel, pixelsAGate] = fn.params(6) as Six;
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    fn.for(start, end, (i) => {
      const [from, factor] = [fn.let(mul(i, pixel)), fn.let(add(gate, mul(div(i, pixelsAGate), pixel)))];
      fn.for(
        0,
        pixel,
        (c) => {
          const at = fn.let(add(from, c));
          fn.store(add(y, at), vmul(load(add(x, at)), load(add(factor, c))));
        },
        16,
      );
    });
  });

  // y = clamp(x * scale + shift), a scale and a shift a channel; x and y have their own distance between pixels.
  module.function('affine', (fn) => {
    const [x, xPixel, y, yPixel, scale, shift] = fn.params(6) as Six;
    const [pixels, floats] = [fn.param(), fn.param()];
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    fn.for(start, end, (i) => {
      const [from, to] = [fn.let(add(x, mul(i, xPixel))), fn.let(add(y, mul(i, yPixel)))];
      fn.for(
        0,
        fn.let(mul(floats, 4)),
        (c) => {
          const value = fmul(loadFloat(add(from, c)), loadFloat(add(scale, c)));
          fn.storeFloat(add(to, c), fadd(value, loadFloat(add(shift, c))));
        },
        4,
      );
    });
  });

  // The same where both are whole vectors.
  module.function('affineVectors', (fn) => {
    const [x, y, scale, shift, pixels, pixel] = fn.params(6) as Six;
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    fn.for(start, end, (i) => {
      const from = fn.let(mul(i, pixel));
      fn.for(
        0,
        pixel,
        (c) => {
          const at = fn.let(add(from, c));
          fn.store(add(y, at), madd(load(add(x, at)), load(add(scale, c)), load(add(shift, c))));
        },
        16,
      );
    });
  });

  // y = x < 0 ? slope * x : x.
  module.function('leakyRelu', (fn) => {
    const [x, y, vectors] = fn.params(3) as Three;
    const slope = fn.param('f32');
    const [p, P] = [fn.param(), fn.param()];
    const factor = fn.let(splat(slope));
    forVectors(fn, vectors, p, P, (at) => {
      const value = fn.let(load(add(x, at)));
      fn.store(add(y, at), vselect(vmul(value, factor), value, vlt(value, constant(0))));
    });
  });

  // Normalises the `floats` channels of each pixel: two passes, since one would lose digits where the mean is far from 0.
  module.function('layerNorm', (fn) => {
    const [x, y, scale, shift, pixels, pixel] = fn.params(6) as Six;
    const floats = fn.param();
    const eps = fn.param('f32');
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    const bytes = fn.let(mul(floats, 4));
    const count = fn.let(toFloat(floats));
    const [mean, variance, d] = [fn.local('f32'), fn.local('f32'), fn.local('f32')];
    fn.for(start, end, (i) => {
      const from = fn.let(add(x, mul(i, pixel)));
      const to = fn.let(add(y, mul(i, pixel)));
      fn.set(mean, f32(0));
      fn.for(0, bytes, (c) => fn.set(mean, fadd(mean, loadFloat(add(from, c)))), 4);
      fn.set(mean, fdiv(mean, count));
      fn.set(variance, f32(0));
      fn.for(
        0,
        bytes,
        (c) => {
          fn.set(d, fsub(loadFloat(add(from, c)), mean));
          fn.set(variance, fadd(variance, fmul(d, d)));
        },
        4,
      );
      const factor = fn.let(fdiv(f32(1), fsqrt(fadd(fdiv(variance, count), eps))));
      fn.for(
        0,
        bytes,
        (c) => {
          const value = fmul(fmul(fsub(loadFloat(add(from, c)), mean), factor), loadFloat(add(scale, c)));
          fn.storeFloat(add(to, c), fadd(value, loadFloat(add(shift, c))));
        },
        4,
      );
    });
  });

  // Copies `bytes` of each of `pixels` pixels: concatenation, slices, spreading of an input whose pixels are not vectors.
  module.function('copyChannels', (fn) => {
    const [x, xPixel, y, yPixel, pixels, bytes] = fn.params(6) as Six;
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    fn.for(start, end, (i) => fn.copy(add(y, mul(i, yPixel)), add(x, mul(i, xPixel)), bytes));
  });

  // y[c] = x[table[c]] for each pixel; a negative entry is zero. Shuffles and padding of channels.
  module.function('gatherChannels', (fn) => {
    const [x, xPixel, y, yPixel, pixels, channels] = fn.params(6) as Six;
    const table = fn.param();
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    const bytes = fn.let(mul(channels, 4));
    fn.for(start, end, (i) => {
      const [from, to] = [fn.let(add(x, mul(i, xPixel))), fn.let(add(y, mul(i, yPixel)))];
      fn.for(
        0,
        bytes,
        (c) => {
          const source = fn.let(loadInt(add(table, c)));
          fn.if(
            eq(source, -1),
            () => fn.storeFloat(add(to, c), f32(0)),
            () => fn.storeFloat(add(to, c), loadFloat(add(from, source))),
          );
        },
        4,
      );
    });
  });

  // Puts images into others: `bytes` of each pixel, from pixels `xPixel` bytes apart to ones `yPixel` apart, rows `outRow` and
  // images `outImage` bytes apart. y is the place of the first pixel.
  module.function('placeImage', (fn) => {
    const [x, xPixel, y, yPixel, bytes, images] = fn.params(6) as Six;
    const [height, width, outRow, outImage] = fn.params(4) as Four;
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, mul(images, height), p, P);
    const rowBytes = fn.let(mul(width, xPixel));
    fn.for(start, end, (line) => {
      const [image, row] = [fn.let(div(line, height)), fn.let(rem(line, height))];
      const to = fn.let(add(add(y, mul(image, outImage)), mul(row, outRow)));
      const from = fn.let(add(x, mul(line, rowBytes)));
      fn.if(
        and(eq(xPixel, bytes), eq(yPixel, bytes)),
        () => fn.copy(to, from, rowBytes),
        () => fn.for(0, width, (i) => fn.copy(add(to, mul(i, yPixel)), add(from, mul(i, xPixel)), bytes)),
      );
    });
  });

  // Sets `pixels` pixels of `pixel` bytes to zero.
  module.function('clear', (fn) => {
    const [y, pixels, pixel] = fn.params(3) as Three;
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, pixels, p, P);
    fn.zero(add(y, mul(start, pixel)), mul(sub(end, start), pixel));
  });
}

type Three = readonly [I32, I32, I32];
type Four = readonly [I32, I32, I32, I32];
type Six = readonly [I32, I32, I32, I32, I32, I32];

/** The body with the byte offset of each of this thread's vectors. */
function forVectors(fn: FunctionWriter, vectors: I32, p: I32, P: I32, body: (at: I32) => void): void {
  const [start, end] = shareOf(fn, vectors, p, P);
  fn.for(mul(start, 16), fn.let(mul(end, 16)), body, 16);
}
