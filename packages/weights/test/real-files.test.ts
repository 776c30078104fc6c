import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildModel } from '@convzoo/zoo';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  bindWeights,
  type DialectName,
  detectDialect,
  encodeWeights,
  openWeights,
  sameParameters,
  writeSafetensors,
} from '../src/index.js';
import { openWeightsFile } from '../src/node.js';

const folder = fileURLToPath(new URL('../../../../shared/weights/', import.meta.url));
const files: [file: string, model: string, dialect: DialectName][] = [
  ['safetensors/resnet20_cifar10.safetensors', 'resnet20-cifar10', 'torchvision'],
  ['safetensors/resnet32_cifar10.safetensors', 'resnet32-cifar10', 'torchvision'],
  ['safetensors/resnet44_cifar10.safetensors', 'resnet44-cifar10', 'torchvision'],
  ['safetensors/resnet56_cifar10.safetensors', 'resnet56-cifar10', 'torchvision'],
  ['safetensors/squeezenet1_0_imagenet.safetensors', 'squeezenet1_0', 'torchvision'],
  ['keras/mlperf_resnet8_cifar10.h5', 'resnet8-cifar10', 'keras'],
  ['keras/mobilenet_v1_0.25_224.h5', 'mobilenet_v1@0.25', 'keras'],
  ['keras/mobilenet_v1_1.0_224.h5', 'mobilenet_v1', 'keras'],
  ['keras/mobilenet_v2_1.0_224.h5', 'mobilenet_v2', 'keras'],
];

const missing = existsSync(folder) ? undefined : 'the real weight files of ../shared/weights are not here';

describe('real files bind, and come back from safetensors with the same bits', () => {
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });

  test.each(files)('%s', async (path, model, dialect) => {
    const file = await openWeightsFile(folder + path);
    expect(detectDialect(file.tensors.map(({ name }) => name))).toBe(dialect);
    const graph = buildModel(model, { dialect });
    const { params, report } = await bindWeights(graph, file, { finite: true });
    expect(report).toMatchObject({ dialect, missing: [], unexpected: [], misshaped: [], converted: [], ignored: [] });
    await file.close();
    const written = await openWeights(writeSafetensors(encodeWeights(graph, params, { dialect })));
    expect(sameParameters((await bindWeights(graph, written)).params, params)).toBe(true);
  });

  test('SqueezeNet lists its tensors', async () => {
    const file = await openWeightsFile(`${folder}safetensors/squeezenet1_0_imagenet.safetensors`);
    expect(file.tensors).toHaveLength(52);
    expect(file.metadata.get('source')).toMatch(/SqueezeNet/);
    await file.close();
  });

  test('weights of another network are refused', async () => {
    const file = await openWeightsFile(`${folder}keras/mobilenet_v2_1.0_224.h5`);
    await expect(bindWeights(buildModel('mobilenet_v1', { dialect: 'keras' }), file)).rejects.toThrow(
      /weights of another network/,
    );
    await file.close();
  });
});
