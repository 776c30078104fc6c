/** Pillow's resampling filters, by Pillow's names in lower case. */
export type Filter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** A filter that weighs neighbours; `support` is the distance in output pixels beyond which it is zero. */
export interface Kernel {
  readonly support: number;
  readonly weight: (x: number) => number;
}

// The order of operations in each function is that of Pillow's Resample.c: it decides the last bit.

function box(x: number): number {
  return x > -0.5 && x <= 0.5 ? 1 : 0;
}

function bilinear(x: number): number {
  const t = Math.abs(x);
  return t < 1 ? 1 - t : 0;
}

// Pillow writes these as C floats.
const HAMMING_A = Math.fround(0.54);
const HAMMING_B = Math.fround(0.46);

function hamming(x: number): number {
  const t = Math.abs(x);
  if (t === 0) return 1;
  if (t >= 1) return 0;
  const angle = t * Math.PI;
  return (Math.sin(angle) / angle) * (HAMMING_A + HAMMING_B * Math.cos(angle));
}

/** Keys 1981, with a = -0.5. */
function bicubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

export const KERNELS: { readonly [F in Exclude<Filter, 'nearest'>]: Kernel } = {
  box: { support: 0.5, weight: box },
  bilinear: { support: 1, weight: bilinear },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: lanczos },
};
