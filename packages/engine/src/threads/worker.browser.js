// A worker of the engine in a page.
import { serve } from './serve.js';

const answer = serve((reply) => self.postMessage(reply));
self.addEventListener('message', ({ data }) => answer(data));
