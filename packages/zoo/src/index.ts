export { type Alias, aliases } from './aliases.js';
export type { BuildOptions, Family, ModelEntry, PresetName } from './entry.js';
export {
  type AlexNetConfig,
  type AlexNetOptions,
  type AlexNetVariant,
  alexnet,
  alexnetVariants,
} from './families/alexnet.js';
export { type CifarResNetOptions, cifarResNet } from './families/cifar-resnet.js';
export { type ConvNeXtConfig, type ConvNeXtVariant, convnext, convnextVariants } from './families/convnext.js';
export { type Darknet53Options, darknet19, darknet53 } from './families/darknet.js';
export {
  type DenseNetConfig,
  type DenseNetOptions,
  type DenseNetVariant,
  densenet,
  densenetVariants,
} from './families/densenet.js';
export {
  type EfficientNetOptions,
  type EfficientNetVariant,
  efficientnet,
  efficientnetVariants,
} from './families/efficientnet.js';
export { type GhostNetOptions, ghostnet } from './families/ghostnet.js';
export { type GoogLeNetOptions, googlenet } from './families/googlenet.js';
export { type InceptionV3Options, inceptionV3 } from './families/inception-v3.js';
export { lenet5 } from './families/lenet.js';
export { mlperfResNet8 } from './families/mlperf-resnet8.js';
export { type MnasNetOptions, mnasnet } from './families/mnasnet.js';
export { type MobileNetV1Options, mobilenetV1 } from './families/mobilenet-v1.js';
export { type MobileNetV2Options, mobilenetV2 } from './families/mobilenet-v2.js';
export {
  type MobileNetV3Options,
  type MobileNetV3Variant,
  mobilenetV3,
  mobilenetV3Variants,
} from './families/mobilenet-v3.js';
export {
  type RegNetConfig,
  type RegNetOptions,
  type RegNetStage,
  type RegNetVariant,
  regnet,
  regnetStages,
  regnetVariants,
} from './families/regnet.js';
export {
  type ResNetConfig,
  type ResNetOptions,
  type ResNetVariant,
  resnet,
  resnetVariants,
} from './families/resnet.js';
export {
  type ResNetV2Config,
  type ResNetV2Options,
  type ResNetV2Variant,
  resnetV2,
  resnetV2Variants,
} from './families/resnet-v2.js';
export { type ShuffleNetV2Variant, shufflenetV2, shufflenetV2Variants } from './families/shufflenet-v2.js';
export {
  type SqueezeNetOptions,
  type SqueezeNetVariant,
  squeezenet,
  squeezenetVariants,
} from './families/squeezenet.js';
export { type VggConfig, type VggOptions, type VggVariant, vgg, vggVariants } from './families/vgg.js';
export { xception } from './families/xception.js';
export { nearestNames } from './nearest.js';
export type { Dialect, NetworkOptions, Preprocessing } from './options.js';
export { isModelName, type ModelName, modelNames, models } from './registry.js';
export { buildModel, type ResolvedModel, resolveModel } from './resolve.js';
export { type ModelSpec, parseModelSpec } from './spec.js';
export { withAuxiliary, type ZooVariant, zooVariants } from './variants.js';
