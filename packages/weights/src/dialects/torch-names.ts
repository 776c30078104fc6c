import type { Dialect } from './dialect.js';
import { modernDenseNetName } from './families/densenet.js';

/** What wrappers put before every name of a state dict: nn.DataParallel and torch.compile. */
const WRAPPERS = ['module.', '_orig_mod.'];

/** What torchvision and timm have in common: the spelling of torch's state dicts. */
export const torchNames = {
  framework: 'torch',
  separator: '.',
  // This project's own parameter names are torch's.
  leaves: (place) => [place.leaf],
  canonical(names) {
    let stripped = names;
    const taken: string[] = [];
    for (;;) {
      const prefix = WRAPPERS.find(
        (wrapper) => stripped.length > 0 && stripped.every((name) => name.startsWith(wrapper)),
      );
      if (prefix === undefined) break;
      stripped = stripped.map((name) => name.slice(prefix.length));
      taken.push(prefix);
    }
    const modern = stripped.map(modernDenseNetName);
    const notes = taken.length === 0 ? [] : [`took the prefix "${taken.join('')}" off every name`];
    if (modern.some((name, i) => name !== stripped[i])) notes.push('took the old names of DenseNet for the new ones');
    return notes.length === 0 ? { names } : { names: modern, note: notes.join('; ') };
  },
  // A counter of batches, used only where BatchNorm's momentum is None.
  ignores: (name) => name === 'num_batches_tracked' || name.endsWith('.num_batches_tracked'),
} as const satisfies Omit<Dialect, 'name' | 'families'>;
