import { tensorflowBackend } from '@convzoo/backend-tfjs/tensorflow';
import { convzooRuntime } from './convzoo.js';

export const convzooTensorflow = convzooRuntime(() => tensorflowBackend());
