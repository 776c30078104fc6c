// A worker of the engine in Node.
import { parentPort } from 'node:worker_threads';
import { serve } from './serve.js';

const port = parentPort;
if (port === null) throw new Error('this file is for worker threads');
const answer = serve((reply) => port.postMessage(reply));
port.on('message', answer);
