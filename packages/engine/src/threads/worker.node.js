// A worker of the engine in Node.
import { parentPort } from 'node:worker_threads';
import { serve, unread } from './serve.js';

const port = parentPort;
if (port === null) throw new Error('this file is for worker threads');
const answer = serve((reply) => port.postMessage(reply));
port.on('message', answer);
// A message that is lost would be waited for.
port.on('messageerror', (error) => port.postMessage(unread(error.message)));
