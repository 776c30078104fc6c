import type { Claim } from './claim.js';
import { downsampling } from './downsampling.js';
import { smallKernels } from './kernels.js';
import { resolutionMultiplier, widthMultiplier } from './multipliers.js';
import { bottleneck, identityShortcut, shortcutOptions } from './residual.js';
import { depthwiseSeparable, mobileNetTwin } from './separable.js';
import { vggDense } from './vgg-dense.js';

export { type Claim, type ClaimNumber, contradictions } from './claim.js';
export { downsampling } from './downsampling.js';
export { type SmallKernelOptions, smallKernels } from './kernels.js';
export { resolutionMultiplier, widthMultiplier } from './multipliers.js';
export { bottleneck, identityShortcut, shortcutOptions } from './residual.js';
export { depthwiseSeparable, mobileNetTwin, type SeparableOptions } from './separable.js';
export { vggDense } from './vgg-dense.js';

/** The claims of the papers by name, each computed when it is asked for. */
export const claims = {
  'two-3x3': () => smallKernels({ count: 2 }),
  'three-3x3': () => smallKernels({ count: 3 }),
  'vgg-dense': vggDense,
  separable: () => depthwiseSeparable(),
  'mobilenet-twin': mobileNetTwin,
  'width-multiplier': widthMultiplier,
  'resolution-multiplier': resolutionMultiplier,
  bottleneck,
  downsampling,
  'identity-shortcut': identityShortcut,
  'shortcut-options': shortcutOptions,
} as const satisfies Readonly<Record<string, () => Claim>>;

export type ClaimName = keyof typeof claims;

export const claimNames = Object.keys(claims) as readonly ClaimName[];
