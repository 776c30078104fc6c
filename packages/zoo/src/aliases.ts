import { inceptionEraAliases } from './entries/inception-era.js';
import { mobileEraAliases } from './entries/mobile-era.js';
import { residualEraAliases } from './entries/residual-era.js';
import type { BuildOptions } from './entry.js';
import type { ModelName } from './registry.js';

export interface Alias extends Pick<BuildOptions, 'dialect' | 'width'> {
  readonly name: ModelName;
}

/** Names of timm and Keras, and what they mean there. Where timm spells as torchvision does, it means the same network. */
export const aliases: Readonly<Record<string, Alias>> = {
  mobilenetv1_100: { name: 'mobilenet_v1', dialect: 'timm' },
  mobilenetv1_125: { name: 'mobilenet_v1', dialect: 'timm', width: 1.25 },
  mobilenetv2_035: { name: 'mobilenet_v2', dialect: 'timm', width: 0.35 },
  mobilenetv2_050: { name: 'mobilenet_v2', dialect: 'timm', width: 0.5 },
  mobilenetv2_075: { name: 'mobilenet_v2', dialect: 'timm', width: 0.75 },
  mobilenetv2_100: { name: 'mobilenet_v2', dialect: 'timm' },
  mobilenetv2_140: { name: 'mobilenet_v2', dialect: 'timm', width: 1.4 },
  VGG16: { name: 'vgg16', dialect: 'keras' },
  VGG19: { name: 'vgg19', dialect: 'keras' },
  ResNet50: { name: 'resnet50', dialect: 'keras' },
  ResNet101: { name: 'resnet101', dialect: 'keras' },
  ResNet152: { name: 'resnet152', dialect: 'keras' },
  MobileNet: { name: 'mobilenet_v1', dialect: 'keras' },
  MobileNetV2: { name: 'mobilenet_v2', dialect: 'keras' },
  ...inceptionEraAliases,
  ...mobileEraAliases,
  ...residualEraAliases,
};
