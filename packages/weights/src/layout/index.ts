export { layoutOf } from './layout.js';
export { type ParamKind, type ParamPlace, placesOf } from './place.js';
export type { Framework, LayoutOptions, SourceLayout } from './source-layout.js';
