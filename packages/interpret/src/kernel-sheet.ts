import type { AnyNode, Float32Tensor, Graph } from '@convzoo/layers';
import { colourFilters, filterSlices, readsPicture } from './filters.js';
import { grey, type Pixels } from './pixels.js';

/** Kernels of a convolution as they are shown together. */
export interface KernelSheet {
  /** Row by row: an output channel a row, an input channel a column; in order where there is one column. */
  readonly pictures: readonly Pixels[];
  /** Whether they have colours: a first layer, whose three input channels are in one picture. */
  readonly colour: boolean;
  /** Output channels that are shown, of all. */
  readonly rows: number;
  readonly outputs: number;
  /** Input channels that are shown, of all; 1 of 1 with colours. */
  readonly columns: number;
  readonly inputs: number;
}

export interface KernelSheetOptions {
  /** Order of the channels of the network's input. */
  readonly order?: 'rgb' | 'bgr' | undefined;
  /** The most output channels that are shown where each is one picture; otherwise at most 16 of them. */
  readonly most: number;
}

/** Input channels across and kernels down that fit on a sheet. */
const MOST_INPUTS = 16;
const MOST_ROWS = 16;

/**
 * The first kernels of a convolution as pictures: in colour where it reads the picture itself, else a grey one for each pair of
 * channels.
 *
 * @param kernel `[height, width, in / groups, out]`
 * @throws InterpretError `wrong-shape`
 */
export function kernelSheet(
  graph: Graph,
  convolution: AnyNode,
  kernel: Float32Tensor,
  { order, most }: KernelSheetOptions,
): KernelSheet {
  const [, , inputs = 1, outputs = 0] = kernel.shape;
  if (readsPicture(graph, convolution) && inputs === 3) {
    const pictures = colourFilters(kernel, order).slice(0, most);
    return { pictures, colour: true, rows: pictures.length, outputs, columns: 1, inputs: 1 };
  }
  const columns = Math.min(inputs, MOST_INPUTS);
  const rows = Math.min(outputs, columns === 1 ? most : Math.min(most, MOST_ROWS));
  const slices = filterSlices(kernel, { outputs: rows, inputs: columns });
  return { pictures: slices.map(({ map }) => grey(map)), colour: false, rows, outputs, columns, inputs };
}
