import type { Float32Tensor, Node, Parameters } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { PANEL } from '../kernels/product.js';
import { STEM, STEM_PRODUCTS, stemWeights } from '../kernels/stem.js';
import {
  type EarlyWinogradKernel,
  PLANE_GAP,
  planesOf,
  weightPlanesOf,
  winogradForms,
} from '../kernels/winograd-forms.js';
import { clampOf, type Limits } from './clamp.js';
import { first, type PlanContext } from './context.js';
import type { EngineMemory } from './memory.js';
import { type Method, type Window, windowOf } from './method.js';
import { biasOf, type Packer, packDepthwise, packGroups, packMatrices } from './pack.js';
import type { Step } from './step.js';
import { strassen } from './strassen.js';
import { tableOfRows } from './table.js';
import type { Layout, Placed } from './value.js';

/** Methods whose results may have gaps between their pixels, for others' parts of a concatenation. */
export const leavesGaps: ReadonlySet<Method> = new Set<Method>([
  ...(['product', 'winograd2', 'winograd4', 'winograd4Late', 'winogradStrided', 'rows', 'table'] as const),
]);

/** The steps of a node, given addresses. */
export type Emit = (context: PlanContext) => readonly Step[];

/** Bytes of the left matrix that a panel of B meets before the next panel: half of a second-level cache of 1 MiB. */
const BLOCK_BYTES = 393_216;
/** Bytes of planes that a block of Winograd tiles may take: they are written and read again at once. */
const PLANE_BYTES = 1_500_000;
/** Puts a convolution's weights into memory and returns how its steps are made. */
export function convolution(
  node: Node<'conv2d'>,
  method: Method,
  params: Parameters,
  packer: Packer,
  arithmetic: Arithmetic,
  input: Layout,
): Emit {
  const { memory } = packer;
  const window = windowOf(node, input);
  const { activation, groups } = node.attributes;
  const kernel = kernelOf(node, params);
  const outputs = node.shape.at(-1) ?? 0;
  const [, , perGroup = 1] = kernel.shape;
  const bias = memory.put(biasOf(node, params, outputs));
  const limits = clampOf(activation);
  switch (method) {
    case 'product': {
      const weights = packer.panels(kernel, perGroup, outputs);
      return (context) => [product(node.path, context, weights, bias, perGroup, outputs, limits, arithmetic)];
    }
    case 'strassen': {
      const weights = packer.quarters(kernel, perGroup, outputs);
      return (context) => strassen(node.path, context, weights, bias, limits);
    }
    case 'winograd4Late': {
      const weights = packer.taps(kernel, 9, perGroup, outputs);
      return (context) => winogradLate(node.path, context, window, weights, bias, limits);
    }
    case 'winograd2':
    case 'winograd4':
    case 'winogradStrided': {
      const weights = packer.winograd(kernel, perGroup, outputs, method);
      return (context) => winograd(node.path, method, context, window, weights, bias, limits);
    }
    case 'depthwise': {
      const weights = memory.put(packDepthwise(kernel.data, biasOf(node, params, outputs), outputs));
      return (context) => {
        // The bounds are those of the last step.
        const [own, sum] = context.residual === undefined ? [limits, UNBOUNDED] : [UNBOUNDED, limits];
        return [depthwise(node.path, context, window, weights, own), ...sumAfter(node.path, context, sum)];
      };
    }
    case 'stem': {
      const each = window.kernelX * perGroup;
      const weights = memory.put(packMatrices(stemWeights(kernel.data), each, outputs));
      return (context) => {
        // The bounds are those of the last step.
        const [own, sum] = context.residual === undefined ? [limits, UNBOUNDED] : [UNBOUNDED, limits];
        return [...stem(node.path, context, window, weights, bias, own), ...sumAfter(node.path, context, sum)];
      };
    }
    case 'rows': {
      const taps = window.kernelY;
      const panels = panelsOf(packer, kernel, taps * window.kernelX * perGroup, outputs, window.kernelX * perGroup);
      return (context) => rows(node.path, context, window, { panels, outputs, bias, taps, limits, arithmetic });
    }
    case 'table': {
      const taps = window.kernelY * window.kernelX;
      const panels =
        groups === 1
          ? panelsOf(packer, kernel, taps * perGroup, outputs, perGroup)
          : groupPanels(memory, kernel.data, { taps, perGroup, outputs, groups });
      return (context) => table(node.path, context, window, { panels, outputs, bias, taps, limits, arithmetic });
    }
  }
}

function kernelOf(node: Node<'conv2d' | 'dense'>, params: Parameters) {
  const tensor = params.get(node.params[0]?.path ?? '');
  if (tensor === undefined) throw new RangeError(`${node.path} has no kernel`);
  return tensor;
}

const UNBOUNDED: Limits = clampOf('linear');

function product(
  path: string,
  { inputs, output, residual }: PlanContext,
  weights: number,
  bias: number,
  channels: number,
  outputs: number,
  { lo, hi }: Limits,
  { rows: tile }: Arithmetic,
): Step {
  const x = first(inputs);
  const rowsAtOnce = Math.max(tile, Math.floor(BLOCK_BYTES / (4 * channels) / tile) * tile);
  const panels = Math.ceil(outputs / PANEL);
  const args = [x.address, x.pixel, channels, weights, output.address, output.pixel, bias, residual?.address ?? 0];
  return { kernel: 'product', path, args: [...args, output.pixels, panels, rowsAtOnce, lo, hi] };
}

/** A dense layer is a product with a row an example. */
export function dense(node: Node<'dense'>, params: Parameters, packer: Packer, arithmetic: Arithmetic): Emit {
  const kernel = kernelOf(node, params);
  const [channels = 1, outputs = 1] = kernel.shape;
  const weights = packer.halfPanels(kernel, channels, outputs);
  const bias = packer.memory.put(biasOf(node, params, outputs));
  const limits = clampOf(node.attributes.activation);
  return (context) =>
    weights.half
      ? [halfProduct(node.path, context, weights.address, bias, channels, outputs, limits)]
      : [product(node.path, context, weights.address, bias, channels, outputs, limits, arithmetic)];
}

function halfProduct(
  path: string,
  { inputs, output }: PlanContext,
  weights: number,
  bias: number,
  channels: number,
  outputs: number,
  { lo, hi }: Limits,
): Step {
  const x = first(inputs);
  const args = [x.address, x.pixel, channels, weights, output.address, output.pixel, bias, output.pixels];
  return { kernel: 'halfProduct', path, args: [...args, Math.ceil(outputs / PANEL), lo, hi] };
}

function winograd(
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

function winogradLate(
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

function depthwise(
  path: string,
  { inputs, output, batch, zeros }: PlanContext,
  { kernelY, strideY, strideX, top, left, dilationY, dilationX }: Window,
  weights: number,
  { lo, hi }: Limits,
): Step {
  const x = first(inputs);
  return {
    kernel: `depthwise${kernelY}`,
    path,
    args: [
      ...[x.address, x.height, x.width, x.pixel, weights, output.address, output.height, output.width],
      ...[batch, strideY, strideX, top, left, dilationY, dilationX, zeros, lo, hi],
    ],
  };
}

/** A kernel that cannot add the residual itself is followed by a sum in place. */
function sumAfter(path: string, { output, residual }: PlanContext, { lo, hi }: Limits): readonly Step[] {
  if (residual === undefined) return [];
  const vectors = (output.pixels * output.pixel) / 16;
  const args = [output.address, residual.address, output.address, vectors];
  return [{ kernel: 'add', path, args: [...args, lo, hi] }];
}

interface TableWork {
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

function table(path: string, context: PlanContext, window: Window, work: TableWork): readonly Step[] {
  const x = first(context.inputs);
  const rowsTable = context.table(
    tableOfRows(x, context.output, window, context.batch, context.zeros, work.arithmetic.rows),
  );
  return [tableStep(path, context, rowsTable, work)];
}

/** A padded copy of the images whose pixels have no gaps, so that a kernel's whole row is one tap; of `height` rows at least. */
function paddedCopy(
  path: string,
  context: PlanContext,
  window: Window,
  least = 0,
): { readonly step: Step; readonly packed: Placed } {
  const { batch, output } = context;
  const x = first(context.inputs);
  const pixel = 4 * x.channels;
  const width = Math.max(x.width + window.left, (output.width - 1) * window.strideX + window.kernelX);
  const height = Math.max(
    least,
    x.height + window.top,
    (output.height - 1) * window.strideY + (window.kernelY - 1) * window.dilationY + 1,
  );
  const copy = context.zeroed(batch * height * width * pixel + 64);
  const start = copy + (window.top * width + window.left) * pixel;
  const [from, to] = [[x.address, x.pixel] as const, [start, pixel, pixel] as const];
  const args = [...from, ...to, batch, x.height, x.width, width * pixel, height * width * pixel];
  const packed = { address: copy, height, width, channels: x.channels, pixel, pixels: batch * height * width };
  return { step: { kernel: 'placeImage', path, args }, packed };
}

function rows(path: string, context: PlanContext, window: Window, work: TableWork): readonly Step[] {
  const { batch, output, zeros } = context;
  const { step, packed } = paddedCopy(path, context, window);
  const rowWindow = { ...window, kernelX: 1, top: 0, left: 0 };
  const rowsTable = context.table(tableOfRows(packed, output, rowWindow, batch, zeros, work.arithmetic.rows));
  return [step, tableStep(path, context, rowsTable, work)];
}

function stem(
  path: string,
  context: PlanContext,
  window: Window,
  weights: number,
  bias: number,
  { lo, hi }: Limits,
): readonly Step[] {
  const { batch, threads, zeros, output } = context;
  const strips = Math.ceil(output.height / STEM.rows);
  const { step, packed } = paddedCopy(path, context, window, STEM.stride * (STEM.rows * strips - 1) + STEM.taps);
  const rowBytes = packed.width * packed.pixel;
  const lineBytes = 16 * Math.ceil(rowBytes / 16);
  const scratch = context.scratch(threads * STEM_PRODUCTS * (lineBytes + output.width * output.pixel));
  const taps = [window.strideX * packed.pixel, window.kernelX * packed.channels, weights];
  const panels = Math.ceil(output.channels / PANEL);
  const args = [packed.address, rowBytes, packed.height * rowBytes, ...taps];
  const results = [output.address, output.height, output.width, output.pixel, panels, bias];
  const unbounded = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [
    step,
    { kernel: 'stem', path, args: [...args, ...results, batch, zeros, scratch, lineBytes, lo, hi, ...unbounded] },
  ];
}

/** The table of panels of a kernel `[k, outputs]`, of whose rows each tap has `channels`. */
function panelsOf(packer: Packer, kernel: Float32Tensor, k: number, outputs: number, channels: number): number {
  const weights = packer.panels(kernel, k, outputs);
  const count = Math.ceil(outputs / PANEL);
  const entries = Array.from({ length: count }, (_, j) => [weights + 4 * PANEL * k * j, 0, channels]);
  return packer.memory.put(new Int32Array(entries.flat()));
}

function groupPanels(
  memory: EngineMemory,
  kernel: Float32Array,
  shape: { readonly taps: number; readonly perGroup: number; readonly outputs: number; readonly groups: number },
): number {
  const entries = packGroups(kernel, shape).map(({ data, from, channels }) => [memory.put(data), 4 * from, channels]);
  return memory.put(new Int32Array(entries.flat()));
}
