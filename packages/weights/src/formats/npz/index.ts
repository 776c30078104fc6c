export { openNpy, openNpz } from './read.js';
export { writeNpy, writeNpz } from './write.js';
