export { openPyTorch, type PyTorchOptions } from './read.js';
