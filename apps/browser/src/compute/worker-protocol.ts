import type { ServiceName } from './services.js';

/** The one message to the worker itself; a port comes with it. */
export interface OpenRequest {
  readonly service: ServiceName;
}
