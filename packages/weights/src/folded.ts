import { consumersOf, type Graph, type HostTensor, nodeAt, paramOf, type Shape } from '@convzoo/layers';
import type { TensorInfo, WeightFile } from './weight-file.js';

/** What stands for a BatchNorm that was folded away. */
interface Stand {
  readonly info: TensorInfo;
  /** Bias of the convolution in the file, for the shift; a value for all channels otherwise. */
  readonly values: { readonly bias: string } | { readonly fill: number };
}

/** A file whose BatchNorms are there again, and how many. */
export interface Unfolded<File> {
  readonly file: File;
  readonly norms: number;
}

/**
 * Exporters (torch's to ONNX, ours with `--fold`) fold each BatchNorm into the convolution before it: the file then has a bias
 * for the convolution and nothing for the norm. The network has it the other way round, so the bias becomes the shift of a norm
 * that does nothing else: mean 0, variance 1 - eps, scale 1. The answers are the same up to rounding.
 *
 * Only where the file has that bias, in torch's names, and none of the norm's parameters.
 */
export function unfolded<
  File extends Pick<WeightFile, 'tensors'> & Partial<Pick<WeightFile, 'read' | 'readSync' | 'view'>>,
>(graph: Graph, file: File): Unfolded<File> {
  const given = new Map(file.tensors.map((info) => [info.name, info]));
  const stands = new Map<string, Stand>();
  const biases = new Set<string>();
  const consumers = consumersOf(graph);
  for (const layer of graph.nodes) {
    if ((layer.op !== 'conv2d' && layer.op !== 'dense') || paramOf(layer, 'bias') !== undefined) continue;
    const [reader, ...others] = consumers[layer.id] ?? [];
    const norm = reader === undefined || others.length > 0 ? undefined : nodeAt(graph, reader);
    const kernel = paramOf(layer, 'kernel')?.path;
    if (norm?.op !== 'batchNorm' || kernel === undefined || !kernel.endsWith('.weight')) continue;
    const bias = given.get(kernel.replace(/weight$/, 'bias'));
    const shift = paramOf(norm, 'shift');
    if (bias === undefined || shift === undefined || norm.params.some(({ path }) => given.has(path))) continue;
    biases.add(bias.name);
    for (const { path, role, shape } of norm.params) {
      const info: TensorInfo = { name: path, dtype: 'float32', shape };
      if (role === 'shift') stands.set(path, { info: { ...bias, name: path }, values: { bias: bias.name } });
      else
        stands.set(path, {
          info,
          values: { fill: role === 'mean' ? 0 : role === 'variance' ? 1 - norm.attributes.eps : 1 },
        });
    }
  }
  if (biases.size === 0) return { file, norms: 0 };
  const tensors = [
    ...file.tensors.filter(({ name }) => !biases.has(name)),
    ...[...stands.values()].map(({ info }) => info),
  ];
  const { read, readSync, view } = file;
  const among =
    <Result>(from: (name: string) => Result, made: (tensor: HostTensor) => Result) =>
    (name: string): Result => {
      const stand = stands.get(name);
      if (stand === undefined) return from(name);
      return 'bias' in stand.values ? from(stand.values.bias) : made(filled(stand.info.shape, stand.values.fill));
    };
  const made = {
    tensors,
    ...(read !== undefined && { read: among(read, async (tensor) => tensor) }),
    ...(readSync !== undefined && { readSync: among(readSync, (tensor) => tensor) }),
    ...(view !== undefined && { view: among(view, (tensor) => tensor) }),
  };
  return { norms: biases.size, file: { ...file, ...made } };
}

const filled = (shape: Shape, value: number): HostTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape[0] ?? 0).fill(value),
});
