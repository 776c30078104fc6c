export { openKerasH5 } from './read.js';
