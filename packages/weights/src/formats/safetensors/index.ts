export { MAX_HEADER_BYTES } from './header.js';
export { openSafetensors, readSafetensors, type Safetensors } from './read.js';
export { writeSafetensors } from './write.js';
