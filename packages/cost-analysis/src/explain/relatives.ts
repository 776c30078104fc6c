import { type ModelName, modelNames } from '@convzoo/zoo';

/** Names of the zoo for variants of what others call by one name, and that name. */
const variants: readonly (readonly [RegExp, string])[] = [
  // The stride of the paper, its option A, no shortcut at all, option B on CIFAR.
  [/^(resnet\d+)_(?:v1|a)$/, '$1'],
  [/^(resnet\d+)b-cifar10$/, '$1-cifar10'],
  [/^(vgg\d+)_c$/, '$1'],
  [/^alexnet_2012$/, 'alexnet'],
  // timm's networks with TensorFlow's padding.
  [/^tf_(efficientnet_b\d)$/, '$1'],
  [/^tf_mobilenetv3_(large|small)$/, 'mobilenet_v3_$1'],
];

/** The name under which all variants of a network are published: `resnet50` for `resnet50_v1`. */
export function rootOf(model: string): string {
  for (const [pattern, root] of variants) if (pattern.test(model)) return model.replace(pattern, root);
  return model;
}

/** Networks of the zoo that are published under the same name. */
export const relatives = (model: string): readonly ModelName[] =>
  modelNames.filter((name) => rootOf(name) === rootOf(model));
