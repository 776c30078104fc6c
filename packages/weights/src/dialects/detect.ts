import type { DialectName } from './dialect.js';

/** Last parts of names that only Keras gives. */
const KERAS =
  /\/(kernel|depthwise_kernel|pointwise_kernel|gamma|beta|moving_mean|moving_variance)(:\d+)?$|\/[^/]+_(W|b)_\d+(:\d+)?$/;
/** Layers that timm names and torchvision does not. */
const TIMM =
  /^(module\.)?(conv_stem|conv_head|pre_logits|head\.fc|stem(?!\.[01]\.)|stages)\.|^(module\.)?layer\d+\.\d+\.(se|downsample\.2)\.|^(module\.)?blocks\.\d+\.\d+\.(conv|conv_dw|conv_pw|conv_pwl)\./;
const TORCH = /\.(weight|bias|running_mean|running_var)$/;

/**
 * The dialect of a file from its names alone, for choosing a network before one is built: Keras's networks differ from
 * torchvision's. `undefined` where the names are of none. Names that torchvision and timm share count as torchvision's.
 */
export function detectDialect(names: readonly string[]): DialectName | undefined {
  const count = (pattern: RegExp): number => names.filter((name) => pattern.test(name)).length;
  const keras = count(KERAS);
  const torch = count(TORCH);
  if (keras === 0 && torch === 0) return undefined;
  if (keras > torch) return 'keras';
  return count(TIMM) > 0 ? 'timm' : 'torchvision';
}
