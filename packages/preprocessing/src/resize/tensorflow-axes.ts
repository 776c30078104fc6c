import { type FloatAxis, floatAxis } from './float-passes.js';

// TensorFlow computes positions and weights in float32; `f` marks each place where it rounds.
const f = Math.fround;

/** A sampling kernel of TensorFlow's sampling_kernels.h. */
export interface TensorflowKernel {
  readonly radius: number;
  /** For x of at least 0. */
  readonly weight: (x: number) => number;
}

const PI = f(Math.PI);

function lanczos(radius: number): TensorflowKernel {
  return {
    radius,
    weight(x) {
      if (x > radius) return 0;
      if (x <= f(1e-3)) return 1;
      const angle = f(PI * x);
      const sines = f(f(radius * f(Math.sin(angle))) * f(Math.sin(f(angle / radius))));
      return f(sines / f(f(f(PI * PI) * x) * x));
    },
  };
}

/** `bilinear` and `bicubic` by their kernels, as `tf.image.resize` uses them with antialiasing. */
export const TENSORFLOW_KERNELS = {
  bilinear: { radius: 1, weight: (x) => (x < 1 ? f(1 - x) : 0) },
  /** Keys 1981. */
  bicubic: {
    radius: 2,
    weight(x) {
      if (x >= 2) return 0;
      if (x >= 1) return f(f(f(f(f(f(-0.5 * x) + 2.5) * x) - 4) * x) + 2);
      return f(f(f(f(f(1.5 * x) - 2.5) * x) * x) + 1);
    },
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  /** Sigma 0.5. The exponent is in double precision there. */
  gaussian: { radius: 1.5, weight: (x) => (x >= 1.5 ? 0 : f(Math.exp(f(-x * x) / (2 * 0.5 * 0.5)))) },
  mitchellcubic: {
    radius: 2,
    weight(x) {
      if (x >= 2) return 0;
      if (x >= 1) {
        const slope = f(f(f(f(f(-7 / 18) * x) + 2) * x) - f(10 / 3));
        return f(f(slope * x) + f(16 / 9));
      }
      return f(f(f(f(f(f(7 / 6) * x) - 2) * x) * x) + f(8 / 9));
    },
  },
} as const satisfies Record<string, TensorflowKernel>;

/** ComputeSpansCore of scale_and_translate_op.cc, without translation. */
export function spanAxis(
  source: number,
  size: number,
  { radius, weight }: TensorflowKernel,
  antialias: boolean,
): FloatAxis {
  const scale = f(size / source);
  const inverse = f(1 / scale);
  const stretch = antialias ? Math.max(inverse, 1) : 1;
  const shrink = f(1 / stretch);
  const reach = f(radius * stretch);
  const axis = floatAxis(size, Math.min(2 * Math.ceil(reach) + 1, source));
  const last = source - 1;
  for (let i = 0; i < size; i++) {
    const at = f(f(i + 0.5) * inverse);
    if (at > source) continue;
    const start = Math.min(last, Math.max(0, Math.ceil(f(f(at - reach) - 0.5))));
    const end = Math.min(last, Math.max(0, Math.floor(f(f(at + reach) - 0.5))));
    let sum = 0;
    for (let k = 0; k <= end - start; k++) {
      const value = weight(Math.abs(f(f(f(start + k + 0.5) - at) * shrink)));
      axis.weights[i * axis.taps + k] = value;
      sum = f(sum + value);
    }
    const factor = Math.abs(sum) >= 1000 * 2 ** -126 ? f(1 / sum) : 0;
    for (let k = 0; k < axis.taps; k++) {
      axis.positions[i * axis.taps + k] = Math.min(last, start + k);
      axis.weights[i * axis.taps + k] = (axis.weights[i * axis.taps + k] as number) * factor;
    }
  }
  return axis;
}

/** Steps of the table of cubic weights in resize_bicubic_op.cc. */
const TABLE_SIZE = 1024;

/** `near` for a distance below 1 (i/1024), `far` for 1 + i/1024; Keys 1981 with a = -0.5. */
function cubicTable(): { near: Float32Array; far: Float32Array } {
  const a = -0.5;
  const near = new Float32Array(TABLE_SIZE + 1);
  const far = new Float32Array(TABLE_SIZE + 1);
  for (let i = 0; i <= TABLE_SIZE; i++) {
    const x = i / TABLE_SIZE;
    near[i] = ((a + 2) * x - (a + 3)) * x * x + 1;
    const y = x + 1;
    far[i] = ((a * y - 5 * a) * y + 8 * a) * y - 4 * a;
  }
  return { near, far };
}

/** GetWeightsAndIndices of resize_bicubic_op.cc with half-pixel centres: weights beyond the border count for nothing. */
export function cubicAxis(source: number, size: number): FloatAxis {
  const { near, far } = cubicTable();
  const scale = f(source / size);
  const axis = floatAxis(size, 4);
  for (let i = 0; i < size; i++) {
    const at = f(f(f(i + 0.5) * scale) - 0.5);
    const floor = Math.floor(at);
    const step = roundHalfToEven(f(f(at - floor) * TABLE_SIZE));
    const weights = [far[step], near[step], near[TABLE_SIZE - step], far[TABLE_SIZE - step]] as number[];
    let sum = 0;
    for (const [k, weight] of weights.entries()) {
      const position = floor - 1 + k;
      const inside = position >= 0 && position < source;
      axis.positions[i * 4 + k] = inside ? position : Math.min(source - 1, Math.max(0, position));
      axis.weights[i * 4 + k] = inside ? weight : 0;
      if (inside) sum = f(sum + weight);
    }
    const factor = Math.abs(sum) >= 1000 * 2 ** -126 ? f(1 / sum) : 1;
    for (let k = i * 4; k < i * 4 + 4; k++) axis.weights[k] = (axis.weights[k] as number) * factor;
  }
  return axis;
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 && floor % 2 === 0 ? floor : Math.round(x);
}

/** resize_area_op.cc: how much of each source pixel lies in an output pixel; not divided by the whole yet. */
export function areaAxis(source: number, size: number): FloatAxis {
  const scale = f(source / size);
  const axis = floatAxis(size, Math.ceil(scale) + 2);
  for (let i = 0; i < size; i++) {
    const from = f(i * scale);
    const to = f((i + 1) * scale);
    const first = Math.floor(from);
    const end = Math.ceil(to);
    for (let k = 0; k < axis.taps; k++) {
      const position = first + k;
      axis.positions[i * axis.taps + k] = Math.min(source - 1, position);
      if (position >= end) continue;
      const cutRight = f(position + 1) > to;
      const share = position < from ? (cutRight ? scale : f(f(position + 1) - from)) : cutRight ? f(to - position) : 1;
      axis.weights[i * axis.taps + k] = share;
    }
  }
  return axis;
}

export function nearestPositions(source: number, size: number): Int32Array {
  const scale = f(source / size);
  return Int32Array.from({ length: size }, (_, i) => Math.min(source - 1, Math.floor(f(f(i + 0.5) * scale))));
}
