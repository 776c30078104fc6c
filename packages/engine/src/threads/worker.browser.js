// A worker of the engine in a page.
import { serve, unread } from './serve.js';

const answer = serve((reply) => self.postMessage(reply));
self.addEventListener('message', ({ data }) => answer(data));
// A message that is lost would be waited for.
self.addEventListener('messageerror', () => self.postMessage(unread('it came from elsewhere, or memory is short')));
