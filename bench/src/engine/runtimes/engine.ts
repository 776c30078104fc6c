import { engineBackend } from '@convzoo/engine';
import { convzooRuntime } from './convzoo.js';

export const engine = convzooRuntime(({ threads }) => engineBackend({ threads }));
