import { PANEL } from '../kernels/tiles.js';
import {
  type EarlyWinogradKernel,
  PLANE_GAP,
  planesOf,
  weightPlanesOf,
  winogradForms,
} from '../kernels/winograd-forms.js';
import type { Limits } from './clamp.js';
import { first, type PlanContext } from './context.js';
import type { Window } from './method.js';
import type { Step } from './step.js';

/** Bytes of planes that a block of Winograd tiles may take: they are written and read again at once. */
const PLANE_BYTES = 1_500_000;

/** The steps of a form whose weights are evaluated while they are packed. */
export function winograd(
  path: string,
  name: EarlyWinogradKernel,
  context: PlanContext,
  { top, left }: Window,
  weights: number,
  bias: number,
  { lo, hi }: Limits,
): readonly Step[] {
  const { inputs, output, residual, batch, threads, zeros } = context;
  const x = first(inputs);
  const panels = Math.ceil(output.channels / PANEL);
  const pixel = 4 * PANEL * panels;
  const form = winogradForms[name];
  const { tile } = form;
  const [tilesY, tilesX] = [Math.ceil(output.height / tile), Math.ceil(output.width / tile)];
  const tiles = batch * tilesY * tilesX;
  const products = planesOf(form);
  const own = threads === 1 || tiles >= 24 * threads;
  const most = Math.max(48, Math.floor(PLANE_BYTES / (products * (x.pixel + pixel))));
  const block = own ? Math.ceil(tiles / threads / Math.ceil(tiles / threads / most)) : tiles;
  const edge = products * x.pixel;
  const planes = products * block * (x.pixel + pixel) + 2 * PLANE_GAP * weightPlanesOf(form);
  const each = edge + planes + 64;
  const scratch = context.scratch(own ? threads * each : threads * edge + planes);
  const args = (last: number): readonly number[] => [
    ...[x.address, x.height, x.width, x.pixel, x.channels, weights, tilesY, tilesX, batch, top, left, output.address],
    ...[output.height, output.width, output.pixel, panels, bias, residual?.address ?? 0, zeros, scratch, each, last],
    ...[lo, hi, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ];
  if (own) return [{ kernel: name, path, args: args(block) }];
  return [0, 1, 2].map((stage) => ({ kernel: `${name}Shared`, path, args: args(stage) }));
}

/** Bytes of planes of the input that the cache is to hold beside evaluated weights of as many rows. */
const LATE_BYTES = 450_000;
/** Tiles that meet evaluated weights before those of the next outputs. */
const LATE_TILES = 49;

/** The steps of the form whose weights are evaluated in each run: three for each block of tiles. */
export function winogradLate(
  path: string,
  context: PlanContext,
  { top, left }: Window,
  weights: number,
  bias: number,
  { lo, hi }: Limits,
): readonly Step[] {
  const { inputs, output, residual, batch, threads, zeros } = context;
  const x = first(inputs);
  const form = winogradForms.winograd4Late;
  const [tilesY, tilesX] = [Math.ceil(output.height / form.tile), Math.ceil(output.width / form.tile)];
  const tiles = batch * tilesY * tilesX;
  const count = Math.ceil(tiles / Math.ceil(tiles / LATE_TILES));
  const [planes, panels] = [planesOf(form), Math.ceil(output.channels / PANEL)];
  const pixel = 4 * PANEL * panels;
  const chunk = Math.min(x.channels, 8 * Math.ceil(LATE_BYTES / (4 * planes * count) / 8));
  const evaluated = context.scratch(threads * planes * (4 * PANEL * chunk + PLANE_GAP));
  const edge = context.scratch(threads * planes * x.pixel);
  const transformed = context.scratch(planes * (count * x.pixel + PLANE_GAP));
  const products = context.scratch(planes * (count * pixel + PLANE_GAP));
  const unbounded = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return Array.from({ length: Math.ceil(tiles / count) }, (_, block): readonly Step[] => {
    const from = block * count;
    const some = Math.min(count, tiles - from);
    const given = [x.address, x.height, x.width, x.pixel, tilesY, tilesX, top, left, edge, transformed, from, some];
    const factors = [transformed, x.pixel, x.channels, weights, products, pixel, panels, some];
    const result = [products, pixel, bias, output.address, residual?.address ?? 0, output.height, output.width];
    return [
      { kernel: 'winograd4LateInput', path, args: given },
      { kernel: 'winograd4LateProducts', path, args: [...factors, zeros, evaluated, chunk, ...unbounded] },
      { kernel: 'winograd4LateOutput', path, args: [...result, tilesY, tilesX, from, some, output.pixel, lo, hi] },
    ];
  }).flat();
}
