import {
  type Float32Tensor,
  float32Tensor,
  formatShape,
  type Graph,
  type Parameters,
  sameShape,
} from '@convzoo/layers';
import type { Session } from '@convzoo/runtime';
import { InterpretError } from './errors.js';
import { headGradient } from './head-gradient.js';
import type { HeatMap } from './heat-map.js';
import { mapLayer } from './map-layers.js';

/**
 * The gradient of the logit of a class with respect to a layer's result for one picture, `[height, width, channels]`.
 * This package has no tensor library; `withGradientTap` makes the graph for one that differentiates by parameters.
 */
export type GradientOf = (layer: string, classIndex: number) => Promise<Float32Tensor>;

export interface GradCamOptions {
  /** Prepared with the layer as a tap. */
  readonly session: Pick<Session, 'run'>;
  /** One picture, `[1, height, width, channels]`. */
  readonly input: Float32Tensor;
  /** The network up to its logits (`logitsOf`), and its weights. */
  readonly graph: Graph;
  readonly params: Parameters;
  readonly layer: string;
  readonly classIndex: number;
  /** Shows what speaks against the class: the gradient's sign is turned (the paper's counterfactual, section 3.3). */
  readonly against?: boolean;
  /** Asked only where the gradient has no closed form. */
  readonly gradientOf: GradientOf;
}

export interface GradCam {
  /** At the layer's resolution, 0 or more: how much each place speaks for the class. */
  readonly map: HeatMap;
  /** `closed-form` where only pooling and the classifier follow the layer; there Grad-CAM is CAM (Zhou et al. 2016). */
  readonly gradient: 'closed-form' | 'backward';
}

/**
 * Grad-CAM (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV
 * 2017, equations 1 and 2) at a map-valued layer.
 *
 * @throws InterpretError `not-a-map`, `no-such-class`, `wrong-shape`
 */
export async function gradCam(options: GradCamOptions): Promise<GradCam> {
  const { session, input, graph, params, layer, classIndex, gradientOf, against = false } = options;
  mapLayer(graph, layer);
  const closed = headGradient(graph, params, layer, classIndex);
  const { taps } = await session.run(input);
  const map = taps[layer];
  if (map === undefined || map.shape[0] !== 1) {
    throw new InterpretError('wrong-shape', `Prepare the session with the tap "${layer}", and give it one picture.`);
  }
  const towards = closed ?? (await gradientOf(layer, classIndex));
  const gradient = against
    ? float32Tensor(
        towards.shape,
        towards.data.map((value) => -value),
      )
    : towards;
  return {
    map: weightedMap({ ...map, shape: map.shape.slice(1) }, gradient),
    gradient: closed === undefined ? 'backward' : 'closed-form',
  };
}

/**
 * ReLU of the sum of the channels, each weighed by the mean of its gradient over all places (equations 1 and 2).
 *
 * @param map and gradient, `[height, width, channels]` both
 */
export function weightedMap(map: Float32Tensor, gradient: Float32Tensor): HeatMap {
  const [height = 0, width = 0, channels = 0] = map.shape;
  if (map.shape.length !== 3 || !sameShape(map.shape, gradient.shape)) {
    throw new InterpretError(
      'wrong-shape',
      `A map and its gradient have one shape [height, width, channels]; got ${formatShape(map.shape)} and ${formatShape(gradient.shape)}.`,
    );
  }
  const places = height * width;
  const weights = new Float64Array(channels);
  gradient.data.forEach((value, i) => {
    weights[i % channels] = (weights[i % channels] ?? 0) + value / places;
  });
  const values = new Float32Array(places);
  for (let place = 0; place < places; place++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += (weights[c] ?? 0) * (map.data[place * channels + c] ?? 0);
    values[place] = Math.max(sum, 0);
  }
  return { height, width, values };
}
