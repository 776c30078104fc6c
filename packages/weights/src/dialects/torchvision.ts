import type { Dialect } from './dialect.js';
import { torchNames } from './torch-names.js';

/** torchvision's spelling is this project's own, so there is nothing to rename. */
export const torchvision: Dialect = { name: 'torchvision', ...torchNames, families: [] };
