import { serve } from '../../../compute/rpc/serve.js';
import { createScriptService } from './script-service.js';

// A thread of its own, so that it can be ended whatever a script does in it.
serve(createScriptService(), {
  postMessage: (message, transfer) => self.postMessage(message, { transfer }),
  addEventListener: (type, listener) => self.addEventListener(type, listener),
});
