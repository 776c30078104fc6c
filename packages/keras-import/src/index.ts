export { KerasImportError } from './errors.js';
