import type { ComputeContext } from '../../compute/context.js';

/** What this page has computed in the worker. */
export function createService(_context: ComputeContext) {
  return {};
}
