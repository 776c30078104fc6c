import { ortBackend } from '@convzoo/backend-onnx/node';
import { convzooRuntime } from './convzoo.js';

export const convzooOrt = convzooRuntime(({ threads }) => ortBackend({ threads }));
