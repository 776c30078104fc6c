export { loadBatches, type WorkerBatchOptions } from './batches.js';
export { fileSource } from './files.js';
export { type ImageFolderOptions, imageFolder } from './image-folder.js';
export { type Cifar100Options, cifar10File, cifar100File, type IdxFiles, idxFiles } from './record-files.js';
export { loadTrainingSet, type WorkerTrainingSetOptions } from './training-set.js';
