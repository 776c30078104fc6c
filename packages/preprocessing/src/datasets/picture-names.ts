/** torchvision's `IMG_EXTENSIONS`. They choose the files; what a file is, its bytes tell. */
export const PICTURE_EXTENSIONS: readonly string[] = ['jpg', 'jpeg', 'png', 'ppm', 'bmp', 'pgm', 'tif', 'tiff', 'webp'];

/** What follows the last dot, in lower case. */
export function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}

export function isPictureName(name: string, extensions = PICTURE_EXTENSIONS): boolean {
  return name.includes('.') && extensions.includes(extensionOf(name));
}

/** The order of Python's `sorted`: by code points, which is not that of JavaScript's code units beyond the first plane. */
export function compareNames(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
