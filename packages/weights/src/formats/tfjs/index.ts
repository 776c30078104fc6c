export { openTfjs } from './read.js';
export { type TfjsOptions, writeTfjs } from './write.js';
