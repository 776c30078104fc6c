export { layoutOf } from './layout.js';
export { type ParamKind, type ParamPlace, placesOf } from './place.js';
export { type Framework, fitsLayout, type LayoutOptions, type SourceLayout } from './source-layout.js';
