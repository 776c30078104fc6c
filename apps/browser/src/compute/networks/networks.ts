import { blobSource, folderSource, openWeights, type WeightFile } from '@convzoo/weights';
import { AppError } from '../../errors/app-error.js';
import { Recent } from '../recent.js';
import { Shared } from '../shared.js';
import { loadEmbedded } from './embedded.js';
import type { LoadedNetwork } from './loaded.js';
import { mainFile, type NetworkSource, sourceKey } from './source.js';

/** How far the loading of a network is. */
export interface LoadProgress {
  readonly received: number;
  readonly total: number | undefined;
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Two side by side, and two to go back to. VGG-16 alone takes 0.5 GB. */
const KEPT = 4;

/** The networks of this worker; each is loaded once and kept for a while. */
export class Networks {
  readonly #loaded = new Recent<Shared<LoadedNetwork, LoadProgress>>(KEPT);

  /**
   * Several may wait for the same network: its loading ends when none of them wants it any more.
   *
   * @throws HubError, WeightsError, KerasImportError; AppError `no-fitting-network`, `no-picture-input`, `no-weights`
   */
  load(source: NetworkSource, options: LoadOptions = {}): Promise<LoadedNetwork> {
    const key = sourceKey(source);
    const there = this.#loaded.get(key);
    if (there !== undefined) return there.join(options);
    const loading: Shared<LoadedNetwork, LoadProgress> = new Shared(
      (signal, onProgress) => this.#open(key, source, { signal, onProgress }),
      // Whoever asks again tries again.
      () => {
        if (this.#loaded.get(key) === loading) this.#loaded.delete(key);
      },
    );
    this.#loaded.set(key, loading);
    return loading.join(options);
  }

  async #open(key: string, source: NetworkSource, options: LoadOptions): Promise<LoadedNetwork> {
    switch (source.kind) {
      case 'embedded':
        return loadEmbedded(key);
      case 'catalogue':
        return this.#published(key, source.name, options);
      case 'files':
        return this.#given(key, source.files);
    }
  }

  async #given(key: string, files: readonly File[]): Promise<LoadedNetwork> {
    const { bindFile } = await import('./bind.js');
    return using(await openWeights(sourceOf(files)), (file) => bindFile(key, file));
  }

  async #published(key: string, name: string, { signal, onProgress }: LoadOptions): Promise<LoadedNetwork> {
    const [{ resolveBlob }, { catalogue }, { findPretrained }, { bindEntry, bindFile }] = await Promise.all([
      import('@convzoo/hub/browser'),
      import('./catalogue.js'),
      import('@convzoo/zoo/pretrained'),
      import('./bind.js'),
    ]);
    const entry = findPretrained(name);
    if (entry?.location.startsWith('npm:')) return loadEmbedded(key);
    const { blob } = await resolveBlob(name, { catalogue, signal, onProgress });
    const file = await openWeights(blobSource(blob, name));
    return using(file, (opened) => (entry === undefined ? bindFile(key, opened) : bindEntry(key, opened, entry)));
  }
}

function sourceOf(files: readonly File[]) {
  const main = mainFile(files);
  if (main === undefined) throw new AppError('no-weights', 'No file was given.');
  if (files.length === 1) return blobSource(main);
  return folderSource(new Map(files.map((file) => [file.name, blobSource(file)])), main.name);
}

async function using<T>(file: WeightFile, use: (file: WeightFile) => Promise<T>): Promise<T> {
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
