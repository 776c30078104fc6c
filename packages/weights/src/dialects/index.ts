import type { Dialect, DialectName } from './dialect.js';
import { keras } from './keras.js';
import { timm } from './timm.js';
import { torchvision } from './torchvision.js';

export { detectDialect } from './detect.js';
export type { CanonicalNames, Dialect, DialectName, FamilyNames } from './dialect.js';
export { type NamePair, toOurs, toTheirs } from './pattern.js';
export { type SourceParam, sourceParams } from './source-params.js';

export const dialects = { torchvision, timm, keras } as const satisfies Record<DialectName, Dialect>;
