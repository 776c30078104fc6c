import { axisPadding, outputExtent, type Padding, type Pair, type Shape } from '@convzoo/layers';

interface Window {
  readonly padding: Padding;
  readonly strides: Pair;
  readonly dilations?: Pair;
  readonly ceilMode?: boolean;
}

export interface Pads {
  /** In ONNX's order: before height, before width, after height, after width. */
  readonly pads: readonly number[];
  /** What the last windows hang over the padded map under `ceilMode`, in the same order. */
  readonly overhang: readonly number[];
}

/**
 * Padding in numbers. ONNX has `ceil_mode` and `auto_pad`, whose meaning changed with its versions; numbers have one. Windows
 * that hang over the end become padding there.
 */
export function padsOf(input: Shape, [kh, kw]: Pair, window: Window): Pads {
  const { padding, strides, dilations = [1, 1], ceilMode = false } = window;
  const axes = (['height', 'width'] as const).map((axis, i) => {
    const one = { kernel: i === 0 ? kh : kw, stride: strides[i] ?? 1, dilation: dilations[i] ?? 1 };
    const extent = input[i] ?? 1;
    const { before, after } = axisPadding(padding, axis, extent, one);
    const outputs = outputExtent(extent, { before, after }, one, ceilMode);
    const reach = (outputs - 1) * one.stride + (one.kernel - 1) * one.dilation + 1;
    return { before, after, over: Math.max(reach - (extent + before + after), 0) };
  });
  return {
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
    overhang: [...axes.map(() => 0), ...axes.map(({ over }) => over)],
  };
}

export const sum = (a: readonly number[], b: readonly number[]): readonly number[] => a.map((x, i) => x + (b[i] ?? 0));
