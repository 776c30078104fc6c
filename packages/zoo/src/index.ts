export * from './families/cifar-resnet.js';
export type { Dialect, NetworkOptions } from './options.js';
export * from './registry.js';
