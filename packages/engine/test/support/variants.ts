import type { Arithmetic, Instructions } from '../../src/kernels/arithmetic.js';
import { kernelModule } from '../../src/kernels/index.js';

/** Tiles of each width: tall ones are for vectors, the narrow one for scalars, but every module has to be right. */
export const tiles: readonly Omit<Arithmetic, 'instructions'>[] = [
  ...[1, 2, 3, 4, 5, 6].flatMap((rows) => [1, 4].map((unroll) => ({ rows, vectors: 2 as const, unroll }))),
  ...[1, 2, 3].map((rows) => ({ rows, vectors: 1 as const, unroll: 1 })),
];

/** Whether this runtime has them; a tile makes no difference to that. */
const isThere = (instructions: Instructions): boolean =>
  WebAssembly.validate(kernelModule({ instructions, rows: 1, vectors: 1, unroll: 1 }, false));

/** Every variant of the kernels that this runtime can have: those with multiply-add need relaxed SIMD. */
export const variants: readonly Arithmetic[] = (['scalar', 'simd', 'relaxed-simd'] as const)
  .filter(isThere)
  .flatMap((instructions) => tiles.map((tile) => ({ instructions, ...tile })));

export const nameOf = ({ instructions, rows, vectors, unroll }: Arithmetic): string =>
  `${instructions}, ${rows} rows of ${4 * vectors}, unrolled ${unroll}`;

/** Another variant that must give the same bits, with another tile: scalar for SIMD and SIMD for scalar. */
export function otherWay({ instructions }: Arithmetic, seed: number): Arithmetic | undefined {
  if (instructions === 'relaxed-simd') return undefined;
  const others = variants.filter((variant) => variant.instructions === (instructions === 'scalar' ? 'simd' : 'scalar'));
  return others[(5 * seed) % others.length];
}

const usualTiles: Readonly<Record<Instructions, string>> = { scalar: '2x1', simd: '4x2', 'relaxed-simd': '6x2' };

/** Of each instruction set the variant that is taken where nothing is forced. */
export const usual: readonly Arithmetic[] = variants.filter(
  ({ instructions, rows, vectors, unroll }) => unroll === 1 && usualTiles[instructions] === `${rows}x${vectors}`,
);
