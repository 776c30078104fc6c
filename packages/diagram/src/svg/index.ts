export { type SvgOptions, toSvg } from './svg.js';
