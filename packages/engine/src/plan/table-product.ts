import type { Float32Tensor } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { PANEL } from '../kernels/tiles.js';
import type { Limits } from './clamp.js';
import { first, type PlanContext } from './context.js';
import type { EngineMemory } from './memory.js';
import type { Window } from './method.js';
import type { Packer } from './pack.js';
import { paddedCopy } from './padded-copy.js';
import { packGroups } from './small-kernels.js';
import type { Step } from './step.js';
import { tableOfRows } from './table.js';

/** What a product over a table of row addresses needs beside the table. */
export interface TableWork {
  /** Address of the panels' table. */
  readonly panels: number;
  readonly outputs: number;
  readonly bias: number;
  readonly taps: number;
  readonly limits: Limits;
  readonly arithmetic: Arithmetic;
}

/** Tiles that meet a panel of B before the next. */
const TILES_AT_ONCE = 16;

function tableStep(path: string, { output, residual }: PlanContext, rowsTable: number, work: TableWork): Step {
  const { panels, outputs, bias, taps, limits } = work;
  const count = Math.ceil(outputs / PANEL);
  const args = [rowsTable, taps, panels, count, output.address, output.pixel, bias, residual?.address ?? 0];
  return { kernel: 'tableProduct', path, args: [...args, output.pixels, TILES_AT_ONCE, limits.lo, limits.hi] };
}

/** Any convolution: each tap of each pixel has its address. */
export function table(path: string, context: PlanContext, window: Window, work: TableWork): readonly Step[] {
  const x = first(context.inputs);
  const rowsTable = context.table(
    tableOfRows(x, context.output, window, context.batch, context.zeros, work.arithmetic.rows),
  );
  return [tableStep(path, context, rowsTable, work)];
}

/** One of few input channels: whole rows of the kernel are a tap, over a padded copy. */
export function rows(path: string, context: PlanContext, window: Window, work: TableWork): readonly Step[] {
  const { batch, output, zeros } = context;
  const { step, packed } = paddedCopy(path, context, window);
  const rowWindow = { ...window, kernelX: 1, top: 0, left: 0 };
  const rowsTable = context.table(tableOfRows(packed, output, rowWindow, batch, zeros, work.arithmetic.rows));
  return [step, tableStep(path, context, rowsTable, work)];
}

/** The table of panels of a kernel `[k, outputs]`, of whose rows each tap has `channels`. */
export function panelsOf(packer: Packer, kernel: Float32Tensor, k: number, outputs: number, channels: number): number {
  const weights = packer.panels(kernel, k, outputs);
  const count = Math.ceil(outputs / PANEL);
  const entries = Array.from({ length: count }, (_, j) => [weights + 4 * PANEL * k * j, 0, channels]);
  return packer.memory.put(new Int32Array(entries.flat()));
}

/** The same of a grouped kernel, whose panels differ in the channels that they read. */
export function groupPanels(
  memory: EngineMemory,
  kernel: Float32Array,
  shape: { readonly taps: number; readonly perGroup: number; readonly outputs: number; readonly groups: number },
): number {
  const entries = packGroups(kernel, shape).map(({ data, from, channels }) => [memory.put(data), 4 * from, channels]);
  return memory.put(new Int32Array(entries.flat()));
}
