import { CIFAR10_CLASSES } from '../datasets/cifar10.js';

/** Names of the classes in order: known for 10 (CIFAR-10, at 32 pixels) and 1000 (ImageNet) classes, numbers otherwise. */
export async function labelsFor(classes: number, pixels: number): Promise<readonly string[]> {
  if (classes === CIFAR10_CLASSES.length && pixels === 32) return CIFAR10_CLASSES;
  if (classes === 1000) {
    const { imagenetClasses } = await import('./imagenet-classes.js');
    return imagenetClasses.map(({ name }) => name);
  }
  return Array.from({ length: classes }, (_, i) => `class ${i}`);
}
