import type { Dialect } from './dialect.js';

/** What `nn.DataParallel` and `DistributedDataParallel` put before every name of a state dict. */
const PARALLEL = 'module.';

/** What torchvision and timm have in common: the spelling of torch's state dicts. */
export const torchNames = {
  framework: 'torch',
  separator: '.',
  // This project's own parameter names are torch's.
  leaf: (place) => place.leaf,
  canonical(names) {
    const wrapped = names.length > 0 && names.every((name) => name.startsWith(PARALLEL));
    return wrapped ? names.map((name) => name.slice(PARALLEL.length)) : names;
  },
  // A counter of batches, used only where BatchNorm's momentum is None.
  ignores: (name) => name.endsWith('.num_batches_tracked'),
} as const satisfies Omit<Dialect, 'name' | 'families'>;
