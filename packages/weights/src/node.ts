export { fileSource, openWeightsFile } from './node/file-source.js';
export { writeFileAtomic } from './node/write-atomic.js';
