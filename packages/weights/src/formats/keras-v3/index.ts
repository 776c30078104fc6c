export { openKerasV3 } from './read.js';
