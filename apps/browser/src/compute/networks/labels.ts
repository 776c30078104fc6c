import { CIFAR10_CLASSES } from '@convzoo/preprocessing';

/** Names of the classes in order: known for 10 (CIFAR-10) and 1000 (ImageNet) classes, numbers otherwise. */
export async function labelsFor(classes: number, pixels: number): Promise<readonly string[]> {
  if (classes === CIFAR10_CLASSES.length && pixels === 32) return CIFAR10_CLASSES;
  if (classes === 1000) {
    const { imagenetClasses } = await import('@convzoo/preprocessing/imagenet-classes');
    return imagenetClasses.map(({ name }) => name);
  }
  return Array.from({ length: classes }, (_, i) => `class ${i}`);
}
