import { type Float32Tensor, float32Tensor, type Graph, type Parameters, sizeOf } from '@convzoo/layers';
import { type Dialect, type DialectName, dialects, type SourceParam, sourceParams } from './dialects/index.js';
import { WeightsError } from './errors.js';

// Networks and inputs that are an exact function of names and indices, so that two programs can compare outputs without
// exchanging weights. The rule is that of fixtures/goldens (README there, section 1).

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 of the zip and PNG formats over UTF-8, as a signed 32-bit integer. */
function crc32(text: string): number {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return ~crc;
}

const WEYL = 0x9e3779b1 | 0;

/** The finaliser of MurmurHash3. */
function fmix32(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The hash of element `index` of the array called `path`: an unsigned 32-bit integer. */
export function goldenHash(path: string, index: number): number {
  return fmix32((crc32(path) + Math.imul(index, WEYL)) | 0);
}

/** What an array is filled as; the names are those of fixtures/goldens/fill-check.jsonl. */
export type GoldenRole = 'conv' | 'dense' | 'bias' | 'norm_weight' | 'norm_bias' | 'running_mean' | 'running_var';

export interface GoldenFillOptions {
  /** Inputs of one output: kh * kw * in / groups of a convolution, rows of a dense layer. Of kernels only. */
  readonly fanIn?: number;
  /** The variance is scaled by 4 to this power. */
  readonly log4?: number;
}

/** `size` float32 values for the array called `path`: each computed in float64 and rounded once. */
export function goldenArray(
  path: string,
  size: number,
  role: GoldenRole,
  options: GoldenFillOptions = {},
): Float32Array {
  const { fanIn = 1, log4 = 0 } = options;
  switch (role) {
    case 'conv':
      return symmetric(path, size, Math.sqrt((3 * 2) / fanIn));
    case 'dense':
      return symmetric(path, size, Math.sqrt((3 * 1) / fanIn));
    case 'bias':
      return symmetric(path, size, 0.1);
    case 'norm_bias':
    case 'running_mean':
      return symmetric(path, size, 0.2);
    case 'norm_weight':
      return positive(path, size, 1);
    case 'running_var':
      return positive(path, size, 4 ** log4);
  }
}

const UNIT = 2 ** -32;

/** (2u - 1) * scale */
function symmetric(path: string, size: number, scale: number): Float32Array {
  const data = new Float32Array(size);
  for (let i = 0, x = crc32(path); i < size; i++, x = (x + WEYL) | 0) data[i] = (2 * (fmix32(x) * UNIT) - 1) * scale;
  return data;
}

/** (0.5 + u) * scale */
function positive(path: string, size: number, scale: number): Float32Array {
  const data = new Float32Array(size);
  for (let i = 0, x = crc32(path); i < size; i++, x = (x + WEYL) | 0) data[i] = (0.5 + fmix32(x) * UNIT) * scale;
  return data;
}

export interface FillOptions {
  /** Whose names and layouts the fill runs over: that of the record's framework. */
  readonly dialect: DialectName | Dialect;
  /** The names of the record's parameters, where they are known: a dialect may have more than one spelling of a network. */
  readonly names?: ReadonlySet<string>;
  /** `bn_log4` of a record: power of 4 of each norm's variance, by the layer's name in the dialect; 0 where absent. */
  readonly log4?: Readonly<Record<string, number>>;
}

/**
 * Every parameter of a network filled by the rule: in the source framework's own name and layout, then converted by the
 * code that converts real weights. Throws WeightsError `bad-value` for a name in `log4` that is no norm of the network.
 */
export function fillFromHash(graph: Graph, { dialect, names, log4 = {} }: FillOptions): Parameters {
  const unused = new Set(Object.keys(log4));
  const params = new Map<string, Float32Tensor>();
  for (const source of sourceParams(graph, typeof dialect === 'string' ? dialects[dialect] : dialect, names)) {
    const { spec } = source.place;
    const power = spec.role === 'variance' && Object.hasOwn(log4, source.module) ? (log4[source.module] ?? 0) : 0;
    if (spec.role === 'variance') unused.delete(source.module);
    const fanIn = sizeOf(spec.shape.slice(0, -1));
    const data = goldenArray(source.name, sizeOf(spec.shape), roleOf(source), { fanIn, log4: power });
    params.set(spec.path, float32Tensor(spec.shape, source.layout.decode(data)));
  }
  if (unused.size > 0) {
    const some = [...unused].slice(0, 5).join(', ');
    throw new WeightsError(
      'bad-value',
      `Of the norms in bn_log4, ${unused.size} are not in ${graph.name} (${some}); the record is of another network or dialect.`,
    );
  }
  return params;
}

function roleOf({ place, layout }: SourceParam): GoldenRole {
  switch (place.spec.role) {
    case 'kernel':
      return layout.shape.length === 2 ? 'dense' : 'conv';
    case 'bias':
      return 'bias';
    case 'scale':
      return 'norm_weight';
    case 'shift':
      return 'norm_bias';
    case 'mean':
      return 'running_mean';
    case 'variance':
      return 'running_var';
  }
}

/** Where the channels of a record's input are. */
export type InputLayout = 'NCHW' | 'NHWC';
/** `signed`: float32 in [-2, 2). `byte`: integers 0..255. */
export type InputKind = 'signed' | 'byte';

/**
 * A batch of inputs filled by the rule. `shape` is in `layout`'s order, and the fill runs over that order; the result is
 * always `[n, h, w, c]`.
 */
export function fillInput(
  shape: readonly number[],
  layout: InputLayout,
  kind: InputKind,
  path = 'input',
): Float32Tensor {
  const [n = 1, a = 1, b = 1, c = 1] = shape;
  const [height, width, channels] = layout === 'NCHW' ? [b, c, a] : [a, b, c];
  const filled = kind === 'signed' ? symmetric(path, sizeOf(shape), 2) : bytes(path, sizeOf(shape));
  const result = [n, height, width, channels];
  if (layout === 'NHWC') return float32Tensor(result, filled);
  const data = new Float32Array(filled.length);
  const plane = height * width;
  for (let item = 0, target = 0; item < n; item++) {
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        data[target++] = filled[(item * channels + channel) * plane + pixel] as number;
      }
    }
  }
  return float32Tensor(result, data);
}

function bytes(path: string, size: number): Float32Array {
  const data = new Float32Array(size);
  for (let i = 0, x = crc32(path); i < size; i++, x = (x + WEYL) | 0) data[i] = fmix32(x) >>> 24;
  return data;
}
