/** Endings of pictures; what the browser says of a file's type is taken where it says something. */
const PICTURES = /\.(jpe?g|png|webp|gif|bmp|avif|heic|tiff?)$/i;

export interface SortedFiles {
  readonly picture: File | undefined;
  /** Everything that is no picture: weights, perhaps in several parts. */
  readonly weights: readonly File[];
}

/** What was dropped together: at most one picture is shown, all other files belong to one network. */
export function sortFiles(files: readonly File[]): SortedFiles {
  const isPicture = ({ type, name }: File): boolean => type.startsWith('image/') || PICTURES.test(name);
  return { picture: files.find(isPicture), weights: files.filter((file) => !isPicture(file)) };
}
