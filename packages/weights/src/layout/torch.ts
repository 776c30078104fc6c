import { reverseAxes, type Shape, sizeOf } from '@convzoo/layers';
import type { ParamPlace } from './place.js';
import { type LayoutOptions, type SourceLayout, sameLayout } from './source-layout.js';

/**
 * torch puts the output channels first and the spatial axes last, everywhere. Seen as `[out, in, spatial]` each kernel is
 * this project's `[spatial, in, out]` reversed; a dense layer is its case of one position, or, after a flatten of
 * `[h, w, c]`, of h * w positions, since torch flattens channels first.
 */
export function torchLayout(
  place: ParamPlace,
  { asConvolution = false, flatLayerScale = false }: LayoutOptions,
): SourceLayout {
  const { spec, kind, flattened } = place;
  if (kind === 'vector') return sameLayout(spec.shape);
  if (kind === 'layerScale') {
    const asMap: Shape = [...spec.shape, 1, 1];
    return flatLayerScale ? sameLayout(spec.shape, [asMap]) : sameLayout(asMap, [spec.shape]);
  }
  const out = spec.shape.at(-1) ?? 1;
  const [height, width, inputs] = extentsOf(place);
  const positions = height * width;
  const asMap = [out, inputs, height, width];
  const asMatrix = [out, inputs * positions];
  const shape = kind === 'dense' && !asConvolution ? asMatrix : spec.shape.length > 4 ? reversed(spec.shape) : asMap;
  const alternatives: Shape[] = [];
  if (kind === 'dense') alternatives.push(asConvolution ? asMatrix : asMap);
  if (kind === 'dense' && flattened !== undefined) alternatives.push([out, inputs * positions, 1, 1]);
  if (kind === 'convolution' && positions === 1) alternatives.push(asMatrix);
  return {
    shape,
    alternatives,
    decode: (data) => reverseAxes(data, out, inputs, positions),
    encode: (data) => reverseAxes(data, positions, inputs, out),
  };
}

/** Height, width and input channels of a kernel. Axes before the last two all count as spatial. */
function extentsOf({ spec, kind, flattened }: ParamPlace): readonly [number, number, number] {
  if (kind === 'dense') {
    const [height = 1, width = 1, channels = spec.shape[0] ?? 1] = flattened ?? [];
    return [height, width, channels];
  }
  const width = spec.shape.at(-3) ?? 1;
  return [sizeOf(spec.shape.slice(0, -3)), width, spec.shape.at(-2) ?? 1];
}

const reversed = (shape: Shape): Shape => [...shape.slice(-2).reverse(), ...shape.slice(0, -2)];
