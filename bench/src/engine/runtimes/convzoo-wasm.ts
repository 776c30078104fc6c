import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { convzooRuntime } from './convzoo.js';

export const convzooWasm = convzooRuntime(() => wasmBackend());
