import { kerasLayout } from './keras.js';
import type { ParamPlace } from './place.js';
import type { Framework, LayoutOptions, SourceLayout } from './source-layout.js';
import { torchLayout } from './torch.js';

/**
 * The layout of a parameter in a framework, by its role and place alone: no family is named here.
 *
 * | parameter | here | torch | Keras |
 * | --- | --- | --- | --- |
 * | convolution | `[kh, kw, in / groups, out]` | `[out, in / groups, kh, kw]` | as here |
 * | depthwise | `[kh, kw, 1, in * m]` | `[in * m, 1, kh, kw]` | `[kh, kw, in, m]` |
 * | dense | `[in, out]` | `[out, in]` | as here |
 * | dense after flattening `[h, w, c]` | rows in order h, w, c | `[out, in]`, order c, h, w | as here |
 * | layer scale | `[channels]` | `[channels, 1, 1]` (torchvision) or as here (timm) | as here |
 * | anything else | `[channels]` | as here | as here |
 */
export function layoutOf(place: ParamPlace, framework: Framework, options: LayoutOptions = {}): SourceLayout {
  return framework === 'torch' ? torchLayout(place, options) : kerasLayout(place, options);
}
