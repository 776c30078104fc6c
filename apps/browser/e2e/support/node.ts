import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { engineBackend } from '@convzoo/engine';
import { float32Tensor, type Graph, type Parameters } from '@convzoo/layers';
import { decode, type Preset, preprocess, presets } from '@convzoo/preprocessing';
import { bindWeights, openWeights } from '@convzoo/weights';
import { buildModel } from '@convzoo/zoo';

export const embeddedWeights = fileURLToPath(
  new URL('../../../../packages/pretrained-resnet20-cifar10/weights.safetensors', import.meta.url),
);

/** A sample picture of the page, as a file. */
export const samplePath = (name: string): string =>
  fileURLToPath(new URL(`../../src/pages/classify/samples/${name}.jpg`, import.meta.url));

export interface NodeNetwork {
  readonly graph: Graph;
  readonly params: Parameters;
  readonly preset: Preset;
}

export async function embeddedNetwork(): Promise<NodeNetwork> {
  const graph = buildModel('resnet20-cifar10');
  const { params } = await bindWeights(graph, await openWeights(await readFile(embeddedWeights)));
  return { graph, params, preset: presets.cifar10 };
}

/** What Node says of a picture: the probability of each class, by the engine on one thread. */
export async function probabilitiesInNode(picture: Uint8Array, network: NodeNetwork): Promise<readonly number[]> {
  const { data, shape } = preprocess(await decode(picture), network.preset);
  await using backend = await engineBackend();
  await using session = await backend.prepare(network.graph, network.params);
  const { output } = await session.run(float32Tensor([1, ...shape], data));
  const peak = Math.max(...output.data);
  const powers = [...output.data].map((logit) => Math.exp(logit - peak));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
