import type { Family } from '@convzoo/zoo';

/** The smallest member of each family, on pictures that plain JavaScript gets through in seconds. */
export const smallest = {
  vgg: 'vgg11@32',
  resnet: 'resnet18@64',
  'cifar-resnet': 'resnet20-cifar10',
  'mobilenet-v1': 'mobilenet_v1@0.25,64',
  'mobilenet-v2': 'mobilenet_v2@0.35,64',
  'mobilenet-v3': 'mobilenet_v3_small@64',
  mnasnet: 'mnasnet0_5@64',
  efficientnet: 'efficientnet_b0@64',
  'shufflenet-v2': 'shufflenet_v2_x0_5@64',
  ghostnet: 'ghostnet@64',
  lenet: 'lenet5',
  alexnet: 'alexnet@64',
  squeezenet: 'squeezenet1_1@64',
  googlenet: 'googlenet@64',
  'inception-v3': 'inception_v3@75',
  xception: 'xception@71',
  densenet: 'densenet121@64',
  'resnet-v2': 'resnetv2_50@64',
  regnet: 'regnet_x_400mf@64',
  convnext: 'convnext_tiny@64',
  darknet: 'darknet19@64',
} as const satisfies Record<Family, string>;

/** And what the families have besides: groups, TensorFlow's padding, option A at odd extents, the adaptive pool. */
export const others = [
  'resnext50_32x4d@32',
  'keras/MobileNet@0.25,45',
  'keras/MobileNetV2@0.35,41',
  'resnet18_a@45x37',
  'vgg11@45x70',
];
