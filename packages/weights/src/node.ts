export { fileSource, openWeightsFile } from './node/file-source.js';
export { writeFileAtomic, writeFilesAtomic } from './node/write-atomic.js';
