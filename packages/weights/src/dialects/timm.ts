import type { Dialect } from './dialect.js';
import { torchNames } from './torch-names.js';

export const timm: Dialect = { name: 'timm', ...torchNames, families: [] };
