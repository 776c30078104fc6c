export { openOnnx } from './read.js';
