import type { NodeTime } from '@convzoo/runtime';

/** One kernel that onnxruntime ran, as its profile has it. */
export interface KernelTime {
  /** Of the node, which its passes have renamed and joined: `conv1/Relu_nchwc`. */
  readonly name: string;
  readonly op: string;
  readonly seconds: number;
}

/** What is inserted or kept to change the order of a map's values. */
const CONVERSIONS = new Set(['ReorderInput', 'ReorderOutput', 'Transpose']);

/**
 * Kernels, in the order in which they ran, as times of the network's nodes, in its order. onnxruntime names a kernel that several
 * nodes became after one of them, so the others have no time of their own. What has no name of ours counts with a neighbour: a
 * conversion with the layer after it, which needs it, anything else with the one before, whose activation it is.
 *
 * @param paths of the network's nodes, in order
 * @param written names of the ONNX nodes: the path of a node, a slash, the op
 */
export function layerTimes(
  kernels: readonly KernelTime[],
  paths: readonly string[],
  written: ReadonlySet<string>,
): readonly NodeTime[] {
  const known = new Set(paths);
  const seconds = new Map<string, number>();
  const add = (path: string, time: number): void => void seconds.set(path, (seconds.get(path) ?? 0) + time);
  let [waiting, last]: [number, string | undefined] = [0, undefined];
  for (const { name, op, seconds: time } of kernels) {
    const path = pathOf(name, written, known);
    if (path !== undefined && path !== paths[0]) {
      add(path, time + waiting);
      [waiting, last] = [0, path];
    } else if (last === undefined || CONVERSIONS.has(op)) waiting += time;
    else add(last, time);
  }
  const end = last ?? paths.at(-1);
  if (waiting > 0 && end !== undefined) add(end, waiting);
  return paths.flatMap((path) => {
    const time = seconds.get(path);
    return time === undefined ? [] : [{ path, seconds: time }];
  });
}

/** The node that a kernel's name begins with: `fused fc/Gemm`, `conv1/Clip_nchwc`, `conv1/Mul/QuickGeluFusion/`. */
function pathOf(kernel: string, written: ReadonlySet<string>, known: ReadonlySet<string>): string | undefined {
  const name = kernel.replace(/^fused /, '');
  for (let end = name.length; end > 0; end--) {
    const begin = name.slice(0, end);
    // A name ends where no letter or digit follows: `a/Conv` is not in `a/ConvTranspose`.
    if (!written.has(begin) || /^[A-Za-z0-9]/.test(name.slice(end))) continue;
    const path = begin.slice(0, begin.lastIndexOf('/'));
    return known.has(path) ? path : undefined;
  }
  return undefined;
}
