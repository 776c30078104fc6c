export { type Box, HEADROOM, type Layout, layoutOf, type Point } from './layout.js';
export { smoothPath } from './path.js';
export { type SvgOptions, toSvg } from './svg.js';
